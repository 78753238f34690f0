"""A shift begins with a float, which the register is told of."""

from datetime import datetime
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import use_case
from rachun.apps.payments.locks import lock_desk
from rachun.apps.payments.models import CashMovement, CashShift
from rachun.apps.payments.refusals import CashAmountInvalid, CashierHasOpenShift, DeskHasOpenShift
from rachun.apps.payments.selectors.cash import find_open_shift
from rachun.apps.payments.services.ask_register import AMOUNT_MINOR_MAX, check_register, move


@use_case
def open_cash_shift(*, desk_id: UUID, float_minor: int, cashier_id: UUID, at: datetime) -> CashShift:
    """Raises DeskHasOpenShift, CashierHasOpenShift, CashAmountInvalid, RegisterNotConnected."""
    desk = lock_desk(desk_id)
    if not 0 <= float_minor <= AMOUNT_MINOR_MAX:
        raise CashAmountInvalid
    if find_open_shift(desk_id=desk.id) is not None:
        raise DeskHasOpenShift(desk_id=desk.id)
    if CashShift.objects.filter(cashier_id=cashier_id).exclude(state=CashShift.State.CLOSED).exists():
        raise CashierHasOpenShift
    check_register(desk=desk, now=at)
    shift = CashShift.objects.create(
        desk=desk,
        legal_entity_id=desk.legal_entity_id,
        branch_id=desk.branch_id,
        number=desk.shifts.count() + 1,
        cashier_id=cashier_id,
        currency=desk.legal_entity.currency,
        float_minor=float_minor,
        opened_at=at,
    )
    if float_minor:
        move(shift=shift, kind=CashMovement.Kind.FLOAT, amount_minor=float_minor, reason="", at=at)
    record_audit(
        operation="openCashShift",
        object_kind="cash_shift",
        object_id=shift.id,
        legal_entity_id=shift.legal_entity_id,
        after={"desk": desk.code, "number": shift.number, "float_minor": float_minor},
    )
    return shift
