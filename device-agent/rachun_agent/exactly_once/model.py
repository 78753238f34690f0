"""A job for a register, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rachun_agent.drivers.fiscal_register import SaleLine, Snapshot


class Kind(StrEnum):
    """Everything the server may ask of a register. Nothing outside this list is ever carried out."""

    SALE = "SALE"
    CASH_IN = "CASH_IN"
    CASH_OUT = "CASH_OUT"
    X_REPORT = "X_REPORT"
    Z_REPORT = "Z_REPORT"
    DUPLICATE = "DUPLICATE"


class State(StrEnum):
    NEW = "NEW"  # nothing was asked of the register yet
    SENT = "SENT"  # the register is at it
    UNKNOWN = "UNKNOWN"  # it may or may not have been done: the register will tell, or a person
    DONE = "DONE"
    FAILED = "FAILED"  # proved not done, and it will not be tried again


SETTLED = frozenset({State.DONE, State.FAILED})


class Ruling(StrEnum):
    """What a person said of a job, by way of the server."""

    WITHDRAWN = "WITHDRAWN"
    PRINTED = "PRINTED"
    NOT_PRINTED = "NOT_PRINTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """What the server asked for. The id is made there, one for a payment, and never changes."""

    job_id: str
    register_id: str
    kind: Kind
    amount_minor: int
    tender_minor: int = 0
    lines: tuple[SaleLine, ...] = ()
    fence: int = 0
    serial_number: str = ""  # of the register that must do it; empty for whichever is there

    def __post_init__(self) -> None:
        if self.kind is Kind.SALE:
            assert sum(line.amount_minor for line in self.lines) == self.amount_minor, "the lines sum up"
            assert all(line.amount_minor > 0 for line in self.lines), "nothing is sold for nothing"
        assert self.amount_minor >= 0, "a kind has its own direction"

    @property
    def mark(self) -> str:
        """What the receipt prints, so that a person can find the payment again."""
        return f"#{self.job_id.replace('-', '')[-12:]}"

    def as_json(self) -> dict[str, Any]:
        lines = [
            {"text": line.text, "tax_letter": line.tax_letter, "amount_minor": line.amount_minor} for line in self.lines
        ]
        return {
            "job_id": self.job_id,
            "register_id": self.register_id,
            "kind": self.kind.value,
            "amount_minor": self.amount_minor,
            "tender_minor": self.tender_minor,
            "lines": lines,
            "fence": self.fence,
            "serial_number": self.serial_number,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> JobOrder:
        lines = tuple(SaleLine(**line) for line in data.get("lines", ()))
        return cls(**{**data, "kind": Kind(data["kind"]), "lines": lines})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    order: JobOrder
    state: State
    attempt: int
    baseline: Snapshot | None  # the register's word before the latest attempt
    is_closed: bool  # the register confirmed the end of the latest attempt
    refusal: str  # why the latest attempt was denied
    waits_for: str  # what keeps it, as an error code
    evidence: Snapshot | None  # the latest word of the register

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED
