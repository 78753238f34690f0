"""Registers of the Datecs family that speak the classic protocol. What differs between models is in the profile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rachun_agent.drivers.datecs.link import DatecsLink, Question
from rachun_agent.drivers.fiscal_register import SaleLine, Snapshot, Transaction
from rachun_agent.errors import (
    AmountOverflow,
    BadSyntax,
    CashShort,
    ChecksumMismatch,
    ClockNotSet,
    CoverOpen,
    DeviceError,
    MemoryFull,
    NoReply,
    NotFiscalised,
    NotPermitted,
    PaperOut,
    PaymentRefused,
    PrinterFault,
    TextTooLong,
    UnknownCommand,
    WrongReply,
)
from rachun_agent.protocol.datecs_data import UnreadableField, instant, minor_units, money, printable, whole
from rachun_agent.protocol.datecs_frame import REQUEST_DATA_MAX, SEQUENCE_FIRST, NotAFrame, Reply
from rachun_agent.protocol.datecs_profile import Profile
from rachun_agent.transport.channel import Channel

log = logging.getLogger(__name__)

_Read = TypeVar("_Read")

OPEN, SALE, PAY, TEXT, CLOSE, CANCEL = 0x30, 0x31, 0x35, 0x36, 0x38, 0x3C
CLOCK, LAST_CLOSURE, DAY_TOTALS, REPORT, CASH = 0x3E, 0x40, 0x41, 0x45, 0x46
STATUS, TRANSACTION, IDENTITY, DUPLICATE, DOCUMENT_NO = 0x4A, 0x4C, 0x5A, 0x6D, 0x71

# What the latest command did wrong: these bits are about it alone.
REFUSALS: tuple[tuple[str, type[DeviceError]], ...] = (
    ("bad_command", UnknownCommand),
    ("bad_syntax", BadSyntax),
    ("overflow", AmountOverflow),
    ("not_permitted", NotPermitted),
)
# What keeps the register from printing, whatever is asked.
OBSTACLES: tuple[tuple[str, type[DeviceError]], ...] = (
    ("fiscal_full", MemoryFull),
    ("fiscal_missing", MemoryFull),
    ("fiscal_write_error", MemoryFull),
    ("fiscal_read_only", MemoryFull),
    ("journal_full", MemoryFull),
    ("paper_out", PaperOut),
    ("cover_open", CoverOpen),
    ("print_mechanism", PrinterFault),
    ("head_hot", PrinterFault),
    ("clock_not_set", ClockNotSet),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    number: str = "1"
    password: str = "0000"  # noqa: S105 -- what these registers ship with
    till: str = "1"
    report_password: str = "0000"  # noqa: S105 -- the same


class DatecsRegister:
    def __init__(
        self, channel: Channel, profile: Profile, *, operator: Operator, sequence: int = SEQUENCE_FIRST
    ) -> None:
        self._link = DatecsLink(channel, profile.timing, sequence=sequence)
        self._profile, self._operator = profile, operator

    # What the register says.

    def synchronise(self) -> None:
        """Two harmless commands, so that no answer from before a restart can be taken for a new one.

        The first may hit the register's latest sequence number and get an old reply, or seem to get none because the
        old reply was to another command. Either way its number is now behind us and the second is carried out.
        """
        try:
            self._ask(STATUS, is_repeatable=False)
        except (NoReply, ChecksumMismatch) as error:
            log.info("no answer to the first question: %s", error)
        self._ask(TRANSACTION, self._syntax("transaction"))

    def flags(self) -> frozenset[str]:
        return self._profile.flags(self._ask(STATUS).status)

    def check_ready(self) -> None:
        flags = self.flags()
        self._refuse_obstacles(flags)
        if "fiscalised" not in flags:
            raise NotFiscalised

    def snapshot(self) -> Snapshot:
        self.synchronise()
        transaction = self._ask(TRANSACTION, self._syntax("transaction"))
        receipt, flags = _transaction(transaction), self._profile.flags(transaction.status)
        closure = self._fields(LAST_CLOSURE, self._syntax("last_closure"), at_least=2)
        cash = self._fields(CASH, b"", at_least=4)
        return _reading(
            lambda: Snapshot(
                serial_number=self._serial_number(),
                is_receipt_open=receipt.is_open,
                is_service_open="service_open" in flags,
                amount_minor=receipt.amount_minor,
                tender_minor=receipt.tender_minor,
                document_no=whole(self._text(DOCUMENT_NO)),
                day_total_minor=self._day_total_minor(),
                closure_no=whole(closure[1]),
                cash_in_minor=minor_units(cash[2]),
                cash_out_minor=minor_units(cash[3]),
                clock=instant(self._text(CLOCK)),
            )
        )

    def transaction(self) -> Transaction:
        return _transaction(self._ask(TRANSACTION, self._syntax("transaction")))

    def _serial_number(self) -> str:
        return self._fields(IDENTITY, self._syntax("identity"), at_least=3)[-2].strip()

    def _day_total_minor(self) -> int:
        return sum(minor_units(field) for field in self._fields(DAY_TOTALS, self._syntax("day_totals"), at_least=1))

    # What the register does.

    def open_receipt(self) -> None:
        who = self._operator
        self._print(OPEN, self._syntax("open", operator=who.number, password=who.password, till=who.till))

    def print_text(self, text: str) -> None:
        self._print(TEXT, self._printable(text))

    def sell(self, line: SaleLine) -> None:
        if line.tax_letter not in self._profile.tax_letters:
            raise BadSyntax(f"tax letter {line.tax_letter!r}")
        text = self._printable(line.text).decode(self._profile.codepage)
        price = money(line.amount_minor)
        self._print(SALE, self._syntax("sale", text=text, tax=line.tax_letter, price=price))

    def pay_cash(self, amount_minor: int) -> None:
        data = self._syntax("pay", mode="P", amount=money(amount_minor))
        outcome = self._print(PAY, data, ceiling_s=self._profile.timing.print_ceiling_s).data[:1]
        if outcome not in {b"D", b"R"}:
            raise PaymentRefused(outcome.decode("ascii", errors="replace"))

    def close_receipt(self) -> None:
        self._print(CLOSE, ceiling_s=self._profile.timing.print_ceiling_s)

    def cancel_receipt(self) -> None:
        self._print(CANCEL)

    def move_cash(self, amount_minor: int) -> None:
        signed = ("-" if amount_minor < 0 else "") + money(abs(amount_minor))
        reply = self._print(CASH, self._syntax("cash", signed=signed), is_repeatable=False)
        if reply.data[:1] == b"F":
            raise CashShort

    def report(self, *, is_closing: bool) -> None:
        key = "z_report" if is_closing else "x_report"
        data = self._syntax(key, report_password=self._operator.report_password)
        self._print(REPORT, data, ceiling_s=self._profile.timing.report_ceiling_s, is_repeatable=False)

    def duplicate(self) -> None:
        self._print(DUPLICATE, self._syntax("duplicate"), is_repeatable=False)

    # How it is said.

    def _print(
        self, command: int, data: bytes = b"", *, ceiling_s: float | None = None, is_repeatable: bool = True
    ) -> Reply:
        """A command with an effect. Raises also for what keeps the register from printing."""
        reply = self._ask(command, data, ceiling_s=ceiling_s, is_repeatable=is_repeatable)
        self._refuse_obstacles(self._profile.flags(reply.status))
        return reply

    def _ask(
        self, command: int, data: bytes = b"", *, ceiling_s: float | None = None, is_repeatable: bool = True
    ) -> Reply:
        if len(data) > REQUEST_DATA_MAX:
            raise TextTooLong(f"{len(data)} bytes")
        question = Question(
            command=command,
            data=data,
            ceiling_s=ceiling_s or self._profile.timing.ceiling_s,
            is_repeatable=is_repeatable,
        )
        try:
            reply = self._link.ask(question)
        except NotAFrame as error:
            raise WrongReply(str(error)) from error
        flags = self._profile.flags(reply.status)
        for flag, kind in REFUSALS:
            if flag in flags:
                # Denied when asked again says nothing about the first time: an open receipt denies a second opening.
                told = NoReply if self._link.was_resent else kind
                raise told(f"command {command:02X}h, status {reply.status.hex()}")
        return reply

    def _refuse_obstacles(self, flags: frozenset[str]) -> None:
        for flag, kind in OBSTACLES:
            if flag in flags:
                raise kind(flag)

    def _text(self, command: int, data: bytes = b"") -> str:
        return self._ask(command, data).data.decode(self._profile.codepage, errors="replace")

    def _fields(self, command: int, data: bytes, *, at_least: int) -> list[str]:
        fields = self._text(command, data).split(",")
        if len(fields) < at_least:
            raise WrongReply(f"command {command:02X}h answered {fields}")
        return fields

    def _syntax(self, key: str, **values: str) -> bytes:
        return self._profile.syntax[key].format(**values).encode(self._profile.codepage, errors="replace")

    def _printable(self, text: str) -> bytes:
        return printable(text, codepage=self._profile.codepage)[: self._profile.text_max]


def _transaction(reply: Reply) -> Transaction:
    fields = reply.data.decode("ascii", errors="replace").split(",")
    if len(fields) < 4:  # noqa: PLR2004 -- open, items, amount, tender
        raise WrongReply(f"state of the receipt: {fields}")
    return _reading(
        lambda: Transaction(
            is_open=whole(fields[0]) != 0, amount_minor=minor_units(fields[2]), tender_minor=minor_units(fields[3])
        )
    )


def _reading(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except UnreadableField as error:
        raise WrongReply(str(error)) from error
