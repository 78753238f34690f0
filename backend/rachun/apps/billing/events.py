"""Facts of billing that upper apps and the world outside may listen to."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BillIssued:
    bill_id: UUID
    account_id: UUID
    number: str
    gross_minor: int
    currency: str
    due_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRunIssued:
    run_id: UUID
    legal_entity_id: UUID
    issued_at: datetime
