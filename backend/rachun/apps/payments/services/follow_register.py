"""What the register did becomes what the books say: in the transaction that stores the register's word."""

from datetime import datetime

import structlog
from django.db import transaction

from rachun.apps.base.context import Actor, acting
from rachun.apps.base.errors import DomainError
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.devices.events import DeviceJobChanged
from rachun.apps.devices.models import DeviceJob
from rachun.apps.payments.locks import lock_shift
from rachun.apps.payments.models import CashMovement, CashPayment, Receipt
from rachun.apps.payments.services.ask_register import MOVEMENT, PAYMENT
from rachun.apps.payments.services.close_shift import finish_closing, post_difference, reopen, shifts_without_entry
from rachun.apps.payments.services.record_receipt import ReceiptFacts, take_receipt

POST_AT_ONCE = 100
logger = structlog.get_logger(__name__)


def follow_register(event: DeviceJobChanged) -> None:
    """Only an end changes a payment: held and unknown are the job's own states."""
    if event.state not in {DeviceJob.State.DONE, DeviceJob.State.FAILED}:
        return
    if event.source_kind == PAYMENT:
        settle_payment(event)
    elif event.source_kind == MOVEMENT:
        settle_movement(event)


def settle_payment(event: DeviceJobChanged) -> None:
    lock_shift(CashPayment.objects.values_list("shift_id", flat=True).get(id=event.source_id))
    payment = CashPayment.objects.select_related("shift__legal_entity", "account__legal_entity").get(id=event.source_id)
    assert payment.state == CashPayment.State.TAKING, "a job ends once, and so does its payment"
    payment.fiscal_no = event.document_no
    if event.state == DeviceJob.State.DONE:
        with acting(Actor(principal_id=payment.shift.cashier_id, origin="register")):
            post_payment(payment=payment, at=event.changed_at)
        return
    payment.state, payment.code, payment.settled_at = CashPayment.State.NOT_TAKEN, event.code, event.changed_at
    payment.save()


def post_payment(*, payment: CashPayment, at: datetime, is_final: bool = False) -> CashPayment:
    """Record the receipt. A printed receipt is a fact, so a refusal of the books is kept and tried again later.

    With is_final nothing is printed yet and the refusal is raised instead.
    """
    assert_in_transaction()
    try:
        with transaction.atomic():
            payment.receipt = take_receipt(
                facts=receipt_facts(payment), recorded_by=payment.shift.cashier_id, recorded_at=at
            )
    except DomainError as refusal:
        if is_final:
            raise
        logger.warning("cash_payment_not_posted", payment_id=str(payment.id), code=refusal.code)
        payment.state, payment.code = CashPayment.State.PRINTED, refusal.code[:60]
    else:
        payment.state, payment.code, payment.settled_at = CashPayment.State.TAKEN, "", at
    payment.save()
    return payment


def receipt_facts(payment: CashPayment) -> ReceiptFacts:
    return ReceiptFacts(
        legal_entity_id=payment.legal_entity_id,
        account_number=payment.account.number,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        value_date=payment.value_date,
        channel=Receipt.Channel.CASH,
        external_key=f"desk-{payment.id}",
    )


def settle_movement(event: DeviceJobChanged) -> None:
    movement = CashMovement.objects.get(id=event.source_id)
    shift = lock_shift(movement.shift_id)
    is_done = event.state == DeviceJob.State.DONE
    movement.state = CashMovement.State.DONE if is_done else CashMovement.State.FAILED
    movement.settled_at = event.changed_at
    movement.save()
    if movement.kind == CashMovement.Kind.Z_REPORT:
        with acting(Actor(principal_id=shift.cashier_id, origin="register")):
            if is_done:
                finish_closing(shift=shift, at=event.changed_at)
            else:
                reopen(shift=shift)


def post_what_the_books_refused(*, now: datetime) -> int:
    """For the scheduler: printed payments and counted differences that are not in the books; how many went in."""
    waiting = CashPayment.objects.filter(state=CashPayment.State.PRINTED).order_by("id")
    posted = 0
    for payment_id, shift_id in list(waiting.values_list("id", "shift_id")[:POST_AT_ONCE]):
        with transaction.atomic():
            lock_shift(shift_id)
            payment = CashPayment.objects.select_related("shift", "account__legal_entity").get(id=payment_id)
            if payment.state == CashPayment.State.PRINTED:
                posted += post_payment(payment=payment, at=now).state == CashPayment.State.TAKEN
    return posted + post_differences(now=now)


def post_differences(*, now: datetime) -> int:
    posted = 0
    for shift_id in shifts_without_entry(limit=POST_AT_ONCE):
        with transaction.atomic():
            posted += post_difference(shift=lock_shift(shift_id), at=now)
    return posted
