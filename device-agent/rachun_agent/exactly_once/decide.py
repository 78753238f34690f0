"""What happened, judged from what the register says now against what it said before. Pure, and the only judge.

A reply is never proof and no reply is never proof of failure: whatever went wrong, the way on is this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from rachun_agent.drivers.fiscal_register import Snapshot
from rachun_agent.exactly_once.model import JobOrder, Kind

# Why a person is asked: the register's own words leave the end open.
PERSON_CODES = frozenset(
    {
        *("OtherRegister", "DayWasClosed", "ClockWentBack", "DocumentNumberWentBack", "TotalGrewByAnother"),
        *("CounterGrewByAnother", "PaidWithAnotherAmount", "ConfirmedButNotCounted", "ForeignReceipt"),
    }
)
CLOCK_MAY_GO_BACK = timedelta(minutes=65)  # the hour of autumn, set by hand


class Way(StrEnum):
    DONE = "DONE"
    REPEAT = "REPEAT"  # proved not done
    CANCEL = "CANCEL"  # ours, open and not paid
    PAY = "PAY"  # ours, partly paid: it cannot be cancelled any more
    CLOSE = "CLOSE"  # ours, paid
    ASK_PERSON = "ASK_PERSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    way: Way
    why: str = ""
    rest_minor: int = 0


def decide(order: JobOrder, *, before: Snapshot, now: Snapshot, is_closed: bool) -> Verdict:
    """Judge one attempt. `is_closed`: the register itself confirmed the end of it."""
    if (stranger := _stranger(order, before, now)) is not None:
        return stranger
    verdict = _of_sale(order, before, now) if order.kind is Kind.SALE else _of_service(order, before, now)
    if is_closed and verdict.way is not Way.DONE:
        return Verdict(way=Way.ASK_PERSON, why="ConfirmedButNotCounted")
    return verdict


def _stranger(order: JobOrder, before: Snapshot, now: Snapshot) -> Verdict | None:
    """Signs that this is not the register, or not the day, of the baseline."""
    is_other_day = now.closure_no != before.closure_no and order.kind is not Kind.Z_REPORT
    signs = {
        "OtherRegister": now.serial_number != before.serial_number,
        "DayWasClosed": is_other_day,
        "ClockWentBack": now.clock < before.clock - CLOCK_MAY_GO_BACK,
        "DocumentNumberWentBack": now.document_no < before.document_no,
    }
    return next((Verdict(way=Way.ASK_PERSON, why=why) for why, is_so in signs.items() if is_so), None)


def _of_sale(order: JobOrder, before: Snapshot, now: Snapshot) -> Verdict:
    if now.is_receipt_open:
        return _of_open_sale(order, before, now)
    if now.document_no == before.document_no:
        return Verdict(way=Way.REPEAT)
    grown = now.day_total_minor - before.day_total_minor
    if grown == 0:
        return Verdict(way=Way.REPEAT)  # cancelled and service documents only
    if grown == order.amount_minor:
        return Verdict(way=Way.DONE)
    return Verdict(way=Way.ASK_PERSON, why="TotalGrewByAnother")


def _of_open_sale(order: JobOrder, before: Snapshot, now: Snapshot) -> Verdict:
    if now.document_no != before.document_no:
        return Verdict(way=Way.ASK_PERSON, why="ForeignReceipt")
    if now.tender_minor == 0:
        return Verdict(way=Way.CANCEL)
    if now.amount_minor != order.amount_minor:
        return Verdict(way=Way.ASK_PERSON, why="PaidWithAnotherAmount")
    if now.tender_minor < now.amount_minor:
        return Verdict(way=Way.PAY, rest_minor=now.amount_minor - now.tender_minor)
    return Verdict(way=Way.CLOSE)


def _of_service(order: JobOrder, before: Snapshot, now: Snapshot) -> Verdict:
    if now.is_receipt_open:
        return Verdict(way=Way.ASK_PERSON, why="ForeignReceipt")
    moved_in, moved_out = now.cash_in_minor - before.cash_in_minor, now.cash_out_minor - before.cash_out_minor
    grown = {
        Kind.CASH_IN: (moved_in, order.amount_minor),
        Kind.CASH_OUT: (moved_out, order.amount_minor),
        Kind.Z_REPORT: (now.closure_no - before.closure_no, 1),
        Kind.X_REPORT: (min(now.document_no - before.document_no, 1), 1),
        Kind.DUPLICATE: (min(now.document_no - before.document_no, 1), 1),
    }
    by, wanted = grown[order.kind]
    if by == 0:
        return Verdict(way=Way.REPEAT)
    return Verdict(way=Way.DONE) if by == wanted else Verdict(way=Way.ASK_PERSON, why="CounterGrewByAnother")
