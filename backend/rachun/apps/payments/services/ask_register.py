"""What a desk asks of its register. A desk without one does the same at once."""

from datetime import datetime

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.devices.models import DeviceJob
from rachun.apps.devices.selectors import is_connected
from rachun.apps.devices.services.order_jobs import Line, Source, Work, order_job
from rachun.apps.payments.models import CashDesk, CashMovement, CashPayment, CashShift
from rachun.apps.payments.refusals import RegisterNotConnected

AMOUNT_MINOR_MAX = 99_999_999_999
PAYMENT, MOVEMENT = "CASH_PAYMENT", "CASH_MOVEMENT"
JOB_KINDS = {
    CashMovement.Kind.FLOAT: DeviceJob.Kind.CASH_IN,
    CashMovement.Kind.IN: DeviceJob.Kind.CASH_IN,
    CashMovement.Kind.OUT: DeviceJob.Kind.CASH_OUT,
    CashMovement.Kind.X_REPORT: DeviceJob.Kind.X_REPORT,
    CashMovement.Kind.Z_REPORT: DeviceJob.Kind.Z_REPORT,
}
# What the receipt calls it, in the language of the enterprise.
LINE_TEXTS = {
    "uk": "Послуги, рахунок {number}",
    "bs": "Usluge, račun {number}",
    "en": "Services, account {number}",
}


def check_register(*, desk: CashDesk, now: datetime) -> None:
    """Before anybody hands over money. Raises RegisterNotConnected."""
    if desk.register is not None and not is_connected(agent=desk.register.agent, now=now):
        raise RegisterNotConnected(desk=desk.code)


def order_receipt(*, payment: CashPayment, at: datetime) -> DeviceJob:
    desk = payment.shift.desk
    assert desk.register is not None, "only a desk with a register prints"
    text = LINE_TEXTS.get(payment.legal_entity.language, LINE_TEXTS["en"]).format(number=payment.account.number)
    line = Line(text=text, tax_letter=desk.tax_letter, amount_minor=payment.amount_minor)
    return order_job(
        device=desk.register,
        source=Source(kind=PAYMENT, id=payment.id),
        work=Work(
            kind=DeviceJob.Kind.SALE,
            amount_minor=payment.amount_minor,
            tender_minor=payment.tendered_minor,
            lines=(line,),
        ),
        at=at,
    )


def move(*, shift: CashShift, kind: str, amount_minor: int, reason: str, at: datetime) -> CashMovement:
    """Write the movement down and ask the register for it. Raises AgentRevoked."""
    assert_in_transaction()
    movement = CashMovement(
        shift=shift, kind=CashMovement.Kind(kind), amount_minor=amount_minor, reason=reason, moved_at=at
    )
    register = shift.desk.register
    if register is None:
        movement.state, movement.settled_at = CashMovement.State.DONE, at
    else:
        movement.job = order_job(
            device=register,
            source=Source(kind=MOVEMENT, id=movement.id),
            work=Work(kind=JOB_KINDS[CashMovement.Kind(kind)], amount_minor=amount_minor),
            at=at,
        )
    movement.save()
    return movement
