"""The end of a shift: counted against expected, the Z report, the difference in the books."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import F

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import DomainError
from rachun.apps.base.transactions import assert_in_transaction, use_case
from rachun.apps.ledger.models import AccountingPeriod
from rachun.apps.ledger.services.chart import ChartAccount, ensure_chart
from rachun.apps.ledger.services.post_entry import EntrySource, PostingLine, post_entry
from rachun.apps.payments.locks import lock_shift
from rachun.apps.payments.models import CashMovement, CashPayment, CashShift
from rachun.apps.payments.refusals import (
    CashAmountInvalid,
    DifferenceNeedsReason,
    PaymentUnderWay,
    ReportUnderWay,
    ShiftNotOpen,
)
from rachun.apps.payments.selectors.cash import drawer_of
from rachun.apps.payments.services.ask_register import AMOUNT_MINOR_MAX, check_register, move
from rachun.countries.loader import load_pack

SOURCE = "CASH_SHIFT"
SHORT, OVER = "CASH_SHORTAGE", "CASH_SURPLUS"
logger = structlog.get_logger(__name__)


@use_case
def close_cash_shift(*, shift_id: UUID, counted_minor: int, reason: str, at: datetime) -> CashShift:
    """Keep the count and have the register close its day; a desk without one is closed at once.

    Raises ShiftNotOpen, PaymentUnderWay, ReportUnderWay, CashAmountInvalid, DifferenceNeedsReason,
    RegisterNotConnected.
    """
    shift = lock_shift(shift_id)
    if shift.state != CashShift.State.OPEN:
        raise ShiftNotOpen(state=shift.state)
    if not 0 <= counted_minor <= AMOUNT_MINOR_MAX:
        raise CashAmountInvalid
    if shift.payments.filter(state=CashPayment.State.TAKING).exists():
        raise PaymentUnderWay
    if shift.movements.filter(state=CashMovement.State.WAITING).exists():
        raise ReportUnderWay
    check_register(desk=shift.desk, now=at)
    expected = drawer_of(shift).expected_minor
    if counted_minor != expected and not reason.strip():
        raise DifferenceNeedsReason
    shift.counted_minor, shift.expected_minor, shift.difference_reason = counted_minor, expected, reason.strip()
    shift.state = CashShift.State.CLOSING
    shift.save()
    move(shift=shift, kind=CashMovement.Kind.Z_REPORT, amount_minor=0, reason="", at=at)
    if shift.desk.register is None:
        finish_closing(shift=shift, at=at)
    return shift


def finish_closing(*, shift: CashShift, at: datetime) -> None:
    assert_in_transaction()
    shift.state, shift.closed_at = CashShift.State.CLOSED, at
    shift.save()
    post_difference(shift=shift, at=at)
    record_audit(
        operation="closeCashShift",
        object_kind="cash_shift",
        object_id=shift.id,
        legal_entity_id=shift.legal_entity_id,
        after={"number": shift.number, "expected_minor": shift.expected_minor, "counted_minor": shift.counted_minor},
        why=shift.difference_reason,
    )


def reopen(*, shift: CashShift) -> None:
    """The register did not close its day, so the shift is not closed either; it is counted again."""
    shift.state, shift.counted_minor, shift.expected_minor = CashShift.State.OPEN, None, None
    shift.difference_reason = ""
    shift.save()


def post_difference(*, shift: CashShift, at: datetime) -> bool:
    """Cash that is missing or too much, into the books; True when it is there now.

    What is counted is counted: a refusal of the books is kept and tried again later.
    """
    assert_in_transaction()
    assert shift.counted_minor is not None, "only a counted shift differs"
    assert shift.expected_minor is not None, "only a counted shift differs"
    difference = shift.counted_minor - shift.expected_minor
    if difference == 0 or shift.entry_id is not None:
        return False
    debit, credit = ("CASH", OVER) if difference > 0 else (SHORT, "CASH")
    assert shift.closed_at is not None, "a difference is that of a closed shift"
    try:
        with transaction.atomic():
            open_accounts(shift)
            shift.entry = post_entry(
                legal_entity_id=shift.legal_entity_id,
                area=AccountingPeriod.Area.RECEIPTS,
                accounting_date=shift.closed_at.astimezone(ZoneInfo(shift.legal_entity.time_zone)).date(),
                source=EntrySource(kind=SOURCE, id=shift.id),
                lines=[PostingLine(debit=debit, credit=credit, amount_minor=abs(difference), currency=shift.currency)],
                recorded_at=at,
            )
    except DomainError as refusal:
        logger.warning("cash_difference_not_posted", shift_id=str(shift.id), code=refusal.code)
        return False
    shift.save(update_fields=["entry"])
    return True


def open_accounts(shift: CashShift) -> None:
    """Charts older than the cash desk lack the two accounts."""
    accounts = load_pack(shift.legal_entity.country_pack).accounts
    wanted = [
        ChartAccount(posting_code=code, code=accounts[code].account_code, names=accounts[code].names)
        for code in (SHORT, OVER)
    ]
    ensure_chart(legal_entity_id=shift.legal_entity_id, accounts=wanted)


def shifts_without_entry(*, limit: int) -> list[UUID]:
    """Closed with a difference that the books refused."""
    closed = CashShift.objects.filter(state=CashShift.State.CLOSED, entry=None)
    differing = closed.exclude(counted_minor=F("expected_minor")).order_by("id")
    return list(differing.values_list("id", flat=True)[:limit])
