"""What the cashier reads of a payment or of something else the register is at: what happened, and what to do."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from rachun.apps.devices.models import DeviceJob
from rachun.apps.devices.selectors import code_of_job, is_connected
from rachun.apps.devices.words import PERSON_CODES, Words, words_of_job
from rachun.apps.payments.models import CashMovement, CashPayment

TAKEN = Words(title=_("Taken."), what_to_do=_("Give the change."))
MOVED = Words(title=_("Done."), what_to_do=_("Go on."))
NOT_IN_BOOKS = Words(
    title=_("Printed, but not in the books yet."),
    what_to_do=_("Give the receipt and the change. The books will take it by themselves; tell the accountant."),
)
WITHDRAWING = Words(
    title=_("The register is asked to leave it."),
    what_to_do=_("Wait: if it has printed already, the payment is taken."),
)
CANCELLABLE = (DeviceJob.State.PREPARED, DeviceJob.State.SENT, DeviceJob.State.HELD)


def words_of_payment(payment: CashPayment, *, now: datetime) -> Words:
    if payment.state == CashPayment.State.PRINTED:
        return NOT_IN_BOOKS
    if payment.job is None:
        return TAKEN
    if payment.state == CashPayment.State.TAKING and payment.job.ruling == DeviceJob.Ruling.WITHDRAWN:
        return WITHDRAWING
    return words_of(payment.job, now=now)


def words_of_movement(movement: CashMovement, *, now: datetime) -> Words:
    if movement.job is None:
        return MOVED
    return words_of(movement.job, now=now)


def words_of(job: DeviceJob, *, now: datetime) -> Words:
    return words_of_job(job, code=code_of_job(job), is_connected=is_connected(agent=job.device.agent, now=now))


def can_cancel(payment: CashPayment) -> bool:
    """Nobody has taken it back yet, and the register may not have begun."""
    job = payment.job
    return payment.state == CashPayment.State.TAKING and job is not None and not job.ruling and job.state in CANCELLABLE


def needs_answer(payment: CashPayment) -> bool:
    """Only a person can say whether the receipt was printed."""
    job = payment.job
    if payment.state != CashPayment.State.TAKING or job is None or job.state != DeviceJob.State.UNKNOWN:
        return False
    return job.code in PERSON_CODES and job.ruling not in {DeviceJob.Ruling.PRINTED, DeviceJob.Ruling.NOT_PRINTED}
