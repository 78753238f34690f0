"""Cash for an account: one payment, one fiscal receipt, one receipt in the books.

The payment and its one job for the register are written in one transaction; everything after that follows from what
the register says: see follow_register.py and ADR 0051.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import use_case
from rachun.apps.customers.models import Account
from rachun.apps.devices.services.order_jobs import answer_job, withdraw_job
from rachun.apps.ledger.models import AccountingPeriod
from rachun.apps.ledger.services.refusals import PeriodIsClosed
from rachun.apps.payments.locks import lock_shift
from rachun.apps.payments.models import CashPayment, CashShift
from rachun.apps.payments.refusals import CashAmountInvalid, PaymentUnderWay, TooLittleGiven
from rachun.apps.payments.services.ask_register import AMOUNT_MINOR_MAX, check_register, order_receipt
from rachun.apps.payments.services.follow_register import post_payment
from rachun.apps.payments.services.move_cash import check_idle, check_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """What is paid, and what was given for it."""

    amount_minor: int
    tendered_minor: int


@use_case
def take_cash_payment(*, shift_id: UUID, account: Account, cash: Cash, cashier_id: UUID, at: datetime) -> CashPayment:
    """Raises ShiftNotOpen, NotYourShift, CashAmountInvalid, TooLittleGiven, PaymentUnderWay, ReportUnderWay,
    RegisterNotConnected, PeriodIsClosed.
    """
    shift = lock_shift(shift_id)
    check_open(shift=shift, cashier_id=cashier_id)
    check_cash(cash)
    if shift.payments.filter(state=CashPayment.State.TAKING).exists():
        raise PaymentUnderWay
    check_idle(shift=shift)
    payment = CashPayment(
        shift=shift,
        legal_entity=shift.legal_entity,
        branch_id=shift.branch_id,
        account=account,
        amount_minor=cash.amount_minor,
        tendered_minor=cash.tendered_minor,
        currency=shift.currency,
        value_date=at.astimezone(ZoneInfo(shift.legal_entity.time_zone)).date(),
        taken_at=at,
    )
    check_month(payment)
    note(operation="takeCashPayment", payment=payment)
    if shift.desk.register is None:
        payment.save()
        return post_payment(payment=payment, at=at, is_final=True)
    check_register(desk=shift.desk, now=at)
    payment.job = order_receipt(payment=payment, at=at)
    payment.save()
    return payment


def check_cash(cash: Cash) -> None:
    """Raises CashAmountInvalid, TooLittleGiven."""
    if not (0 < cash.amount_minor <= AMOUNT_MINOR_MAX and cash.tendered_minor <= AMOUNT_MINOR_MAX):
        raise CashAmountInvalid
    if cash.tendered_minor < cash.amount_minor:
        raise TooLittleGiven


def check_month(payment: CashPayment) -> None:
    """Better refused before the money is in the drawer. Raises PeriodIsClosed."""
    closed = AccountingPeriod.objects.filter(
        legal_entity_id=payment.legal_entity_id,
        area=AccountingPeriod.Area.RECEIPTS,
        month=payment.value_date.replace(day=1),
        state=AccountingPeriod.State.CLOSED,
    )
    if closed.exists():
        raise PeriodIsClosed(month=payment.value_date.replace(day=1))


@use_case
def cancel_cash_payment(*, payment_id: UUID, at: datetime) -> CashPayment:
    """Give the money back, if the register has not begun. Raises JobSettled when it is too late.

    What the agent has already is asked back; the payment ends as not taken, or as taken if the register was faster.
    """
    payment = held(payment_id)
    assert payment.job_id is not None, "without a register a payment is taken at once"
    note(operation="cancelCashPayment", payment=payment)
    withdraw_job(job_id=payment.job_id, at=at)
    return CashPayment.objects.get(id=payment_id)


@use_case
def answer_cash_payment(*, payment_id: UUID, is_printed: bool, at: datetime) -> CashPayment:
    """What the cashier saw, where the register's own words leave it open. Raises JobSettled, NothingToJudge."""
    payment = held(payment_id)
    assert payment.job_id is not None, "without a register nothing is left open"
    note(operation="answerCashPayment", payment=payment, why="printed" if is_printed else "not printed")
    answer_job(job_id=payment.job_id, is_printed=is_printed, at=at)
    return CashPayment.objects.get(id=payment_id)


def held(payment_id: UUID) -> CashPayment:
    """The payment, with its shift locked."""
    shift_id = CashPayment.objects.values_list("shift_id", flat=True).get(id=payment_id)
    shift: CashShift = lock_shift(shift_id)
    return CashPayment.objects.select_related("account").get(id=payment_id, shift=shift)


def note(*, operation: str, payment: CashPayment, why: str = "") -> None:
    record_audit(
        operation=operation,
        object_kind="cash_payment",
        object_id=payment.id,
        legal_entity_id=payment.legal_entity_id,
        after={"account": payment.account.number, "amount_minor": payment.amount_minor},
        why=why,
    )
