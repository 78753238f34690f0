"""A register of the Datecs family as far as the classic protocol shows it, with a memory that a judge can read.

It knows what the manual says and no more: the guard by sequence number, which a power cycle forgets; a command that
paper-out cancels; a receipt that cannot be cancelled once paid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rachun_agent.protocol.datecs_data import CLOCK_FORMAT, minor_units
from rachun_agent.protocol.datecs_frame import (
    NAK,
    FrameReader,
    Reply,
    Request,
    Signal,
    decode_reply,
    decode_request,
    encode_reply,
)
from rachun_agent.protocol.datecs_profile import Profile

CASH = 0x46
PASSWORD_TRIES = 3
DAY = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class Document:
    """One entry of the electronic journal."""

    number: int
    kind: str  # sale, cancelled, x_report, z_report, cash, duplicate
    amount_minor: int = 0
    tender_minor: int = 0
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class OpenReceipt:
    amount_minor: int = 0
    tender_minor: int = 0
    items: int = 0
    texts: list[str] = field(default_factory=list)


class Denied(Exception):
    """Told to the host by a status bit."""

    def __init__(self, flag: str) -> None:
        super().__init__(flag)
        self.flag = flag


class SimulatedRegister:
    def __init__(self, profile: Profile, *, serial_number: str = "DT123456", started_at: datetime) -> None:
        self.profile, self.serial_number, self.clock = profile, serial_number, started_at
        self.documents: list[Document] = []
        self.receipt: OpenReceipt | None = None
        self.has_paper, self.is_cover_open = True, False
        self.document_no, self.closure_no = 1233, 7
        self.day_total_minor = self.cash_in_minor = self.cash_out_minor = 0
        self.cash_minor = 0
        self.latest = (0, 1, 0)  # of the latest closed receipt: items, amount, tender
        self.shift_started_at: datetime | None = None
        self.wrong_passwords = 0
        self.is_memory_full = False
        self.password = "0000"  # noqa: S105 -- what these registers ship with
        self.latest_sequence: int | None = None
        self._latest_reply = b""
        self._reader = FrameReader()
        # Command → what it does, and whether it needs paper.
        self._commands: dict[int, tuple[Callable[[str], str], bool]] = {
            0x30: (self._open, True),
            0x31: (self._sell, True),
            0x33: (self._subtotal, False),
            0x35: (self._pay, True),
            0x36: (self._print_text, True),
            0x38: (self._close, True),
            0x3C: (self._cancel, True),
            0x3E: (self._get_clock, False),
            0x40: (self._last_closure, False),
            0x41: (self._day_totals, False),
            0x45: (self._report, True),
            0x46: (self._cash, True),
            0x4A: (self._status, False),
            0x4C: (self._transaction, False),
            0x5A: (self._identity, False),
            0x6D: (self._duplicate, True),
            0x71: (self._latest_document, False),
        }

    # The line.

    def receive(self, data: bytes) -> bytes:
        """What the register answers to these bytes, all at once."""
        answer = b""
        for token in self._reader.feed(data):
            if isinstance(token, Signal):
                answer += bytes((NAK,)) if token is Signal.GARBLED else b""
            else:
                answer += self._answer(decode_request(token))
        return answer

    def power_cycle(self) -> None:
        """Sums and an open receipt survive; the guard against repeated frames does not."""
        self.latest_sequence, self._latest_reply = None, b""
        self._reader.forget()

    def run_out_of_paper(self, reply: bytes) -> bytes:
        """The paper ends in the command just carried out: its reply as the register sends it then."""
        self.has_paper = False
        if not reply or reply[0] == NAK:
            return reply
        told = decode_reply(reply)
        flags = self.profile.flags(told.status) | {"paper_out", "general_error"}
        self._latest_reply = encode_reply(replace(told, status=self.profile.status_bytes(flags)))
        return self._latest_reply

    def _answer(self, request: Request) -> bytes:
        if request.sequence == self.latest_sequence:
            return self._latest_reply
        data, wrong = "", frozenset[str]()
        try:
            data = self._do(request)
        except Denied as denied:
            wrong = frozenset((denied.flag, "general_error"))
        encoded = data.encode(self.profile.codepage, errors="replace")
        status = self.profile.status_bytes(self._flags() | wrong)
        reply = Reply(sequence=request.sequence, command=request.command, data=encoded, status=status)
        self.latest_sequence, self._latest_reply = request.sequence, encode_reply(reply)
        return self._latest_reply

    def _flags(self) -> frozenset[str]:
        states = {
            "fiscalised": True,
            "serial_set": True,
            "rates_set": True,
            "receipt_open": self.receipt is not None,
            "paper_out": not self.has_paper,
            "cover_open": self.is_cover_open,
            "fiscal_full": self.is_memory_full,
            "general_error": not self.has_paper,
            "fiscal_error": self.is_memory_full,
        }
        return frozenset(name for name, is_so in states.items() if is_so)

    # The commands.

    def _do(self, request: Request) -> str:
        does, is_printing = self._commands.get(request.command, (None, False))
        if does is None:
            raise Denied("bad_command")
        text = request.data.decode(self.profile.codepage)
        has_effect = is_printing and not (request.command == CASH and text in {"", "0"})
        if has_effect and (not self.has_paper or self.is_cover_open):
            return ""  # cancelled, state unchanged; the status tells why
        return does(text)

    def _open(self, text: str) -> str:
        if self.receipt is not None or self.is_memory_full:
            raise Denied("not_permitted")
        fields = text.split(",")
        if len(fields) < 3:  # noqa: PLR2004 -- operator, password, till
            raise Denied("bad_syntax")
        self._check_password(fields[1])
        if self.shift_started_at is not None and self.clock - self.shift_started_at > DAY:
            raise Denied("not_permitted")
        self.shift_started_at = self.shift_started_at or self.clock
        self.receipt = OpenReceipt()
        return f"{self.document_no:04d},{self._sales():04d}"

    def _check_password(self, given: str) -> None:
        if self.wrong_passwords >= PASSWORD_TRIES or given != self.password:
            self.wrong_passwords += 1
            raise Denied("not_permitted")
        self.wrong_passwords = 0

    def _sell(self, text: str) -> str:
        receipt = self._unpaid()
        line, tab, priced = text.partition("\t")
        if not tab or priced[:1] not in self.profile.tax_letters:
            raise Denied("bad_syntax")
        receipt.amount_minor += minor_units(priced[1:])
        receipt.items += 1
        receipt.texts.append(line)
        return ""

    def _print_text(self, text: str) -> str:
        self._open_receipt().texts.append(text)
        return ""

    def _subtotal(self, _text: str) -> str:
        return f"{self._unpaid().amount_minor:010d}" + ",0" * 8

    def _pay(self, text: str) -> str:
        receipt = self._open_receipt()
        if not receipt.items or receipt.tender_minor >= receipt.amount_minor:
            raise Denied("not_permitted")
        paid = minor_units(text.rpartition("\t")[2][1:])
        receipt.tender_minor += paid
        rest = receipt.amount_minor - receipt.tender_minor
        return f"D{rest}" if rest > 0 else f"R{-rest}"

    def _close(self, _text: str) -> str:
        receipt = self._open_receipt()
        if receipt.tender_minor < receipt.amount_minor or not receipt.items:
            raise Denied("not_permitted")
        self.day_total_minor += receipt.amount_minor
        self.cash_minor += receipt.amount_minor
        self._settle("sale", receipt)
        return f"{self.document_no:04d},{self._sales():04d}"

    def _cancel(self, _text: str) -> str:
        self._settle("cancelled", self._unpaid())
        return ""

    def _settle(self, kind: str, receipt: OpenReceipt) -> None:
        self._document(kind, receipt)
        self.latest = (receipt.items, receipt.amount_minor, receipt.tender_minor)
        self.receipt = None

    def _document(self, kind: str, of: OpenReceipt) -> None:
        self.document_no += 1
        self.documents.append(
            Document(
                number=self.document_no,
                kind=kind,
                amount_minor=of.amount_minor,
                tender_minor=of.tender_minor,
                texts=of.texts,
            )
        )

    def _open_receipt(self) -> OpenReceipt:
        if self.receipt is None:
            raise Denied("not_permitted")
        return self.receipt

    def _unpaid(self) -> OpenReceipt:
        receipt = self._open_receipt()
        if receipt.tender_minor:
            raise Denied("not_permitted")
        return receipt

    def _sales(self) -> int:
        return sum(document.kind == "sale" for document in self.documents)

    def _report(self, text: str) -> str:
        self._nothing_open()
        if text[-1:] not in {"0", "2"}:
            raise Denied("bad_syntax")
        is_closing = text[-1] == "0"
        total = self.day_total_minor
        self._document("z_report" if is_closing else "x_report", OpenReceipt(amount_minor=total))
        if is_closing:
            self.closure_no += 1
            self.day_total_minor = self.cash_in_minor = self.cash_out_minor = self.cash_minor = 0
            self.shift_started_at = None
        return f"{self.closure_no:04d},{total}"

    def _nothing_open(self) -> None:
        if self.receipt is not None:
            raise Denied("not_permitted")

    def _cash(self, text: str) -> str:
        moved = minor_units(text or "0")
        if self.receipt is not None and moved:
            return self._drawer("F")
        if self.cash_minor + moved < 0:
            return self._drawer("F")
        if moved:
            self.cash_minor += moved
            self.cash_in_minor += max(moved, 0)
            self.cash_out_minor += max(-moved, 0)
            self._document("cash", OpenReceipt(amount_minor=moved))
        return self._drawer("P")

    def _drawer(self, outcome: str) -> str:
        return f"{outcome},{self.cash_minor},{self.cash_in_minor},{self.cash_out_minor}"

    def _transaction(self, _text: str) -> str:
        if self.receipt is not None:
            now = (self.receipt.items, self.receipt.amount_minor, self.receipt.tender_minor)
            return "1,{:04d},{:09d},{:09d}".format(*now)
        return "0,{:04d},{:09d},{:09d}".format(*self.latest)

    def _day_totals(self, _text: str) -> str:
        return f"{self.day_total_minor:010d}" + ",0" * 7

    def _last_closure(self, _text: str) -> str:
        return f"P,{self.closure_no},0,0,0,0,0,0,0,0,{self.clock:%d%m%y}"

    def _identity(self, _text: str) -> str:
        return f"FP-2000/1.00BG 20FEB13 1000,8A33,1010,8,{self.serial_number},02345678"

    def _get_clock(self, _text: str) -> str:
        return self.clock.strftime(CLOCK_FORMAT)

    def _latest_document(self, _text: str) -> str:
        return f"{self.document_no:07d}"

    def _duplicate(self, _text: str) -> str:
        if not self.documents or self.documents[-1].kind != "sale":
            raise Denied("not_permitted")
        self._document("duplicate", OpenReceipt(amount_minor=self.documents[-1].amount_minor))
        return ""

    def _status(self, _text: str) -> str:
        return ""
