"""What a printed bill says about the account: balances, payments, the bridge to the bill before, the slip."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.explanation import bridge_of
from rachun.apps.documents.rendering.bill_data import (
    AccountStatement,
    Bridge,
    BridgeStep,
    DatedAmount,
    PaymentSlip,
    Seller,
)
from rachun.apps.documents.rendering.payment_codes import (
    DESK_AMOUNT_DIGITS,
    DESK_REFERENCE_DIGITS,
    NbuPayment,
    NbuSettings,
    PaymentCode,
    Symbology,
    desk_code,
    nbu_code,
)
from rachun.apps.documents.rendering.sentences import Sentences
from rachun.apps.receivables.selectors.statement import Statement
from rachun.values.money import Money

RECEIPT = "RECEIPT"
ZERO = Decimal(0)
PURPOSES = {"UA": "Послуги, о/р {account}, рахунок {number}", "BA": "Račun {number}, šifra kupca {account}"}


def statement_start(*, bill: Bill, previous: Bill | None) -> date:
    start = previous.document_date if previous is not None else bill.account.opened_date
    return min(start, bill.document_date)


def account_statement(*, bill: Bill, statement: Statement) -> AccountStatement:
    """From the previous bill to this one, through the postings between them.

    opening - payments + adjustments = what the account owed just before this bill, as the bill itself keeps it; a
    payment that was value-dated later or earlier shows as an adjustment without a name.
    """
    before = [line for line in statement.lines if line.source_id != bill.id]
    paid = [line for line in before if line.source_kind == RECEIPT]
    payments = tuple(
        DatedAmount(date=line.accounting_date, label="", amount=money(-line.amount_minor, bill)) for line in paid
    )
    opening = bill.opening_balance_minor - sum(line.amount_minor for line in paid)
    total_due = bill.opening_balance_minor + bill.gross_minor
    return AccountStatement(
        opening_balance=money(opening, bill),
        payments=payments,
        this_bill=money(bill.gross_minor, bill),
        total_due=money(total_due, bill),
    )


def money(minor: int, bill: Bill) -> Decimal:
    return Money.from_minor(minor=minor, currency=bill.currency).amount


def bridge(
    *, bill: Bill, lines: Sequence[Charge], previous: Bill | None, earlier: Sequence[Charge], language: str
) -> Bridge:
    """Why this bill differs from the one before, by effects that sum to the difference exactly."""
    if previous is None:
        return Bridge(previous_gross=None)
    found = bridge_of(bill=bill, charges=lines, previous=previous, earlier=earlier)
    sentences = Sentences(language=language, currency=bill.currency)
    steps = tuple(
        BridgeStep(label=sentences.effect(effect), amount=money(minor, bill)) for effect, minor in found.effects.items()
    )
    return Bridge(previous_gross=money(previous.gross_minor, bill), steps=steps)


def payment_slip(*, bill: Bill, seller: Seller, due: Decimal) -> PaymentSlip | None:
    """Nothing to pay, or nowhere to pay to: no slip."""
    if due <= ZERO or not seller.bank_accounts:
        return None
    return PaymentSlip(
        payee=seller.name,
        account=seller.bank_accounts[0].value,
        reference=bill.account.number,
        purpose=purpose_of(bill),
        amount=due,
        codes=payment_codes(bill=bill, seller=seller, due=due),
    )


def purpose_of(bill: Bill) -> str:
    """What the payment is for, in the country's language: banks pass it on and our own matching reads it."""
    words = PURPOSES.get(bill.legal_entity.country_pack, "{account}, {number}")
    return words.format(account=bill.account.number, number=bill.number)


def payment_codes(*, bill: Bill, seller: Seller, due: Decimal) -> tuple[PaymentCode, ...]:
    """What a phone or the cash desk reads: the National Bank's code in Ukraine, ours where the reference fits it."""
    codes: list[PaymentCode] = []
    purpose = purpose_of(bill)
    entity = bill.legal_entity
    if entity.country_pack == "UA" and entity.tax_number:
        payment = NbuPayment(
            recipient=seller.name,
            account=seller.bank_accounts[0].value,
            recipient_code=entity.tax_number,
            purpose=purpose,
            amount=due,
        )
        codes.append(nbu_code(payment=payment, settings=NbuSettings()))
    minor = Money(amount=due, currency=bill.currency).to_minor()
    if len(bill.account.number) <= DESK_REFERENCE_DIGITS and len(str(minor)) <= DESK_AMOUNT_DIGITS:
        codes.append(desk_code(reference=bill.account.number, amount_minor=minor, symbology=Symbology.CODE_128))
    return tuple(codes)
