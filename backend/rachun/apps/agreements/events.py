"""Facts that metering and others listen to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredAgreementImported:
    """A new agreement named a meter: it is to be found or installed at the agreement's service point."""

    service_point_id: UUID
    meter_serial: str
    unit: str
    digits: int
    multiplier: Decimal
    opening_readings: Mapping[str, Decimal]
    installed_date: date
    source: str
    recorded_at: datetime
