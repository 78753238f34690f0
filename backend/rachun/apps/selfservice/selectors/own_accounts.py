"""What a subscriber wants to know first: what is owed, by when, what was paid last."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import Bill
from rachun.apps.billing.selectors.visible_bills import list_bills_of
from rachun.apps.customers.models import Account
from rachun.apps.identity.scope import Scope
from rachun.apps.ledger.selectors.balances import ItemBalance, list_item_balances
from rachun.apps.payments.models import Receipt
from rachun.apps.payments.selectors.receipts import list_receipts
from rachun.apps.receivables.selectors.overdue import overdue_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAtAGlance:
    """balance_minor is positive where something is owed; overdue_minor is the part of it whose day has passed.

    due_date is the earliest day of what is owed, also a passed one; None when nothing is.
    """

    account: Account
    address: str
    balance_minor: int
    overdue_minor: int
    due_date: date | None
    latest_bill: Bill | None
    latest_payment: Receipt | None

    @property
    def currency(self) -> str:
        return self.account.legal_entity.currency


def list_own_accounts(*, scope: Scope) -> QuerySet[Account]:
    """The open ones first."""
    found = Account.objects.filter(scope.on()).select_related("party", "legal_entity")
    return found.order_by("closed_date", "number", "id")


def at_a_glance(*, accounts: Sequence[Account], today: date) -> list[AccountAtAGlance]:
    """Of each account, in order; the number of queries does not grow with the accounts."""
    ids = [account.id for account in accounts]
    items: dict[UUID, list[ItemBalance]] = defaultdict(list)
    for item in list_item_balances(account_ids=ids):
        items[item.account_id].append(item)
    addresses = addresses_of(account_ids=ids)
    bills = latest_bills(account_ids=ids)
    payments = latest_payments(account_ids=ids)
    return [
        AccountAtAGlance(
            account=account,
            address=addresses.get(account.id, ""),
            balance_minor=sum(item.balance_minor for item in items[account.id]),
            overdue_minor=overdue_of(items[account.id], today=today).amount_minor,
            due_date=earliest_due(items[account.id]),
            latest_bill=bills.get(account.id),
            latest_payment=payments.get(account.id),
        )
        for account in accounts
    ]


def earliest_due(items: Sequence[ItemBalance]) -> date | None:
    if sum(item.balance_minor for item in items) <= 0:
        return None
    return min((item.due_date for item in items if item.due_date is not None and item.balance_minor > 0), default=None)


def addresses_of(*, account_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The premise of each account's first agreement."""
    agreements = ServiceAgreement.objects.filter(account_id__in=account_ids).select_related("service_point__premise")
    latest_first = agreements.order_by("-id")
    return {agreement.account_id: str(agreement.service_point.premise) for agreement in latest_first}


def latest_bills(*, account_ids: Sequence[UUID]) -> dict[UUID, Bill]:
    found = list_bills_of(account_ids=account_ids)
    latest = found.order_by("account_id", "-document_date", "-id").distinct("account_id")
    return {bill.account_id: bill for bill in latest}


def latest_payments(*, account_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    found = list_receipts(scope=Scope.everything()).filter(account_id__in=account_ids)
    latest = found.order_by("account_id", "-value_date", "-id").distinct("account_id")
    return {receipt.account_id: receipt for receipt in latest}
