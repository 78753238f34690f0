"""Cash into and out of the drawer between payments, and the X report."""

from datetime import datetime
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import use_case
from rachun.apps.payments.locks import lock_shift
from rachun.apps.payments.models import CashMovement, CashShift
from rachun.apps.payments.refusals import (
    CashAmountInvalid,
    CashShortInDrawer,
    NotYourShift,
    ReportUnderWay,
    ShiftNotOpen,
)
from rachun.apps.payments.selectors.cash import drawer_of
from rachun.apps.payments.services.ask_register import AMOUNT_MINOR_MAX, check_register, move


@use_case
def move_shift_cash(
    *, shift_id: UUID, kind: str, amount_minor: int, reason: str, cashier_id: UUID, at: datetime
) -> CashMovement:
    """Raises ShiftNotOpen, NotYourShift, CashAmountInvalid, CashShortInDrawer, ReportUnderWay, RegisterNotConnected."""
    shift = lock_shift(shift_id)
    check_open(shift=shift, cashier_id=cashier_id)
    if not 0 < amount_minor <= AMOUNT_MINOR_MAX:
        raise CashAmountInvalid
    if kind == CashMovement.Kind.OUT and amount_minor > drawer_of(shift).expected_minor:
        raise CashShortInDrawer
    check_idle(shift=shift)
    check_register(desk=shift.desk, now=at)
    movement = move(shift=shift, kind=kind, amount_minor=amount_minor, reason=reason, at=at)
    record_audit(
        operation="moveShiftCash",
        object_kind="cash_shift",
        object_id=shift.id,
        legal_entity_id=shift.legal_entity_id,
        after={"kind": kind, "amount_minor": amount_minor},
        why=reason,
    )
    return movement


@use_case
def print_x_report(*, shift_id: UUID, at: datetime) -> CashMovement:
    """What the register has of the day, without closing it. Raises ShiftNotOpen, ReportUnderWay, RegisterNotConnected.

    A desk without a register has nothing to print: its figures are the shift's own.
    """
    shift = lock_shift(shift_id)
    if shift.state != CashShift.State.OPEN:
        raise ShiftNotOpen(state=shift.state)
    check_idle(shift=shift)
    check_register(desk=shift.desk, now=at)
    return move(shift=shift, kind=CashMovement.Kind.X_REPORT, amount_minor=0, reason="", at=at)


def check_open(*, shift: CashShift, cashier_id: UUID) -> None:
    """Raises ShiftNotOpen, NotYourShift."""
    if shift.state != CashShift.State.OPEN:
        raise ShiftNotOpen(state=shift.state)
    if shift.cashier_id != cashier_id:
        raise NotYourShift


def check_idle(*, shift: CashShift) -> None:
    """One thing after another: what waits for paper is not to be followed by something else. Raises ReportUnderWay."""
    if shift.movements.filter(state=CashMovement.State.WAITING).exclude(kind=CashMovement.Kind.FLOAT).exists():
        raise ReportUnderWay
