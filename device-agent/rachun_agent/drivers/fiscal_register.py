"""What every fiscal register can do, whatever it speaks. The exactly-once machine knows nothing else of a device."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    text: str
    tax_letter: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """The open receipt, or the latest one when nothing is open."""

    is_open: bool
    amount_minor: int
    tender_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the register says of itself at one moment: the evidence by which we decide what happened."""

    serial_number: str
    is_receipt_open: bool
    is_service_open: bool
    amount_minor: int
    tender_minor: int
    document_no: int
    day_total_minor: int
    closure_no: int
    cash_in_minor: int
    cash_out_minor: int
    clock: datetime

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "clock": self.clock.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Snapshot:
        return cls(**{**data, "clock": datetime.fromisoformat(data["clock"])})


class FiscalRegister(Protocol):
    """Every method may raise a DeviceError; none of them repeats what could be done twice."""

    def snapshot(self) -> Snapshot: ...

    def check_ready(self) -> None:
        """Raises what keeps the register from printing: PaperOut, CoverOpen, MemoryFull, …"""

    def flags(self) -> frozenset[str]: ...

    def open_receipt(self) -> None: ...

    def print_text(self, text: str) -> None: ...

    def sell(self, line: SaleLine) -> None: ...

    def transaction(self) -> Transaction: ...

    def pay_cash(self, amount_minor: int) -> None: ...

    def close_receipt(self) -> None: ...

    def cancel_receipt(self) -> None: ...

    def move_cash(self, amount_minor: int) -> None:
        """Positive into the drawer, negative out of it."""

    def report(self, *, is_closing: bool) -> None:
        """The X report, or the Z report that closes the day."""

    def duplicate(self) -> None: ...
