"""Money came in: one receipt, allocated and posted, once."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import Conflict, Invalid, NotFound
from rachun.apps.base.transactions import assert_in_transaction, use_case
from rachun.apps.customers.models import Account, AccountAlias
from rachun.apps.ledger.models import AccountingPeriod
from rachun.apps.ledger.services.lock_money import lock_account_money
from rachun.apps.ledger.services.post_entry import EntrySource, PostingLine, post_entry
from rachun.apps.payments.locks import lock_external_key
from rachun.apps.payments.models import Receipt
from rachun.apps.payments.services.receipt_numbers import take_receipt_number
from rachun.apps.receivables.services.allocate_money import Money, allocate_money, keep_allocations
from rachun.values.ids import uuid7

MONEY_ACCOUNT = {
    Receipt.Channel.CASH.value: "CASH",
    Receipt.Channel.BANK.value: "BANK",
    Receipt.Channel.PARTNER.value: "BANK",
}


class AccountNumberUnknown(NotFound):
    code = "account_number_unknown"
    title = _("No account has this number, nor had it in a former system.")


class ReceiptKeyReused(Conflict):
    code = "receipt_key_reused"
    title = _("Another receipt came in with this key of the channel.")


class ReceiptInvalid(Invalid):
    code = "receipt_invalid"
    title = _("A receipt needs a positive amount in the currency of the legal entity.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """What the channel says. account_number may be a number of a former system; occurrence tells equal ones apart."""

    legal_entity_id: UUID
    account_number: str
    amount_minor: int
    currency: str
    value_date: date
    channel: str
    external_key: str
    occurrence: int = 1
    payer: str = ""
    purpose: str = ""


@use_case
def record_receipt(*, facts: ReceiptFacts, recorded_by: UUID | None, recorded_at: datetime) -> Receipt:
    """Record the money and allocate it: open items oldest due first, the rest an advance.

    The same facts with the same key give the receipt that is there. Raises ReceiptKeyReused for other facts,
    AccountNumberUnknown, ReceiptInvalid, PeriodIsClosed.
    """
    return take_receipt(facts=facts, recorded_by=recorded_by, recorded_at=recorded_at)


def take_receipt(*, facts: ReceiptFacts, recorded_by: UUID | None, recorded_at: datetime) -> Receipt:
    """The same as a part of a larger use case."""
    assert_in_transaction()
    account = find_account(legal_entity_id=facts.legal_entity_id, number=facts.account_number)
    lock_external_key(legal_entity_id=facts.legal_entity_id, channel=facts.channel, external_key=facts.external_key)
    lock_account_money(account_ids=[account.id])
    known = Receipt.objects.filter(
        legal_entity_id=facts.legal_entity_id,
        channel=facts.channel,
        external_key=facts.external_key,
        occurrence=facts.occurrence,
    ).first()
    if known is not None:
        return same_receipt(known=known, facts=facts, account=account)
    if facts.amount_minor <= 0 or facts.currency != account.legal_entity.currency:
        raise ReceiptInvalid(currency=account.legal_entity.currency)
    receipt = post_receipt(account=account, facts=facts, recorded_by=recorded_by, recorded_at=recorded_at)
    record_audit(
        operation="createReceipt",
        object_kind="receipt",
        object_id=receipt.id,
        legal_entity_id=receipt.legal_entity_id,
        after={"number": receipt.number, "account": account.number, "amount_minor": receipt.amount_minor},
    )
    return receipt


def find_account(*, legal_entity_id: UUID, number: str) -> Account:
    accounts = Account.objects.select_related("legal_entity", "branch")
    found = accounts.filter(legal_entity_id=legal_entity_id, number=number).first()
    if found is None:
        alias = AccountAlias.objects.filter(legal_entity_id=legal_entity_id, number=number).first()
        found = accounts.get(id=alias.account_id) if alias is not None else None
    if found is None:
        raise AccountNumberUnknown(number=number)
    return found


def same_receipt(*, known: Receipt, facts: ReceiptFacts, account: Account) -> Receipt:
    told = (account.id, facts.amount_minor, facts.currency, facts.value_date, facts.payer, facts.purpose)
    kept = (
        known.account_id,
        known.amount_minor,
        known.currency,
        known.value_date,
        known.payer,
        known.purpose,
    )
    if told != kept:
        raise ReceiptKeyReused(channel=facts.channel, external_key=facts.external_key, number=known.number)
    return known


def post_receipt(*, account: Account, facts: ReceiptFacts, recorded_by: UUID | None, recorded_at: datetime) -> Receipt:
    receipt_id = uuid7()
    money = Money(
        account_id=account.id,
        legal_entity_id=account.legal_entity_id,
        amount_minor=facts.amount_minor,
        currency=facts.currency,
        recorded_at=recorded_at,
    )
    parts = allocate_money(money=money)
    debit = MONEY_ACCOUNT[facts.channel]
    entry = post_entry(
        legal_entity_id=account.legal_entity_id,
        area=AccountingPeriod.Area.RECEIPTS,
        accounting_date=facts.value_date,
        source=EntrySource(kind="RECEIPT", id=receipt_id),
        lines=[
            PostingLine(
                debit=debit,
                credit=part.posting_code,
                amount_minor=part.amount_minor,
                currency=facts.currency,
                credit_item_id=part.item_id,
            )
            for part in parts
        ],
        recorded_at=recorded_at,
    )
    keep_allocations(
        parts=parts, receipt_id=receipt_id, entry_id=entry.id, value_date=facts.value_date, recorded_at=recorded_at
    )
    return Receipt.objects.create(
        id=receipt_id,
        legal_entity_id=account.legal_entity_id,
        branch_id=account.branch_id,
        account=account,
        number=take_receipt_number(account=account, recorded_date=recorded_at.date()),
        amount_minor=facts.amount_minor,
        currency=facts.currency,
        value_date=facts.value_date,
        channel=facts.channel,
        external_key=facts.external_key,
        occurrence=facts.occurrence,
        payer=facts.payer,
        purpose=facts.purpose,
        entry=entry,
        recorded_by_id=recorded_by,
        recorded_at=recorded_at,
    )
