"""How to pay what is owed today: the slip of the latest bill, over the balance as it is now."""

from datetime import date

from rachun.apps.billing.models import Bill
from rachun.apps.billing.selectors.bill_facts import seller_of
from rachun.apps.billing.selectors.bill_money import payment_slip
from rachun.apps.customers.models import Account
from rachun.apps.documents.rendering.bill_data import PaymentSlip
from rachun.apps.ledger.selectors.balances import list_account_balances
from rachun.apps.selfservice.selectors.own_accounts import latest_bills
from rachun.values.money import Money


def find_slip(*, account: Account, today: date) -> tuple[Bill, PaymentSlip] | None:
    """None when nothing is owed, nothing was billed, or the enterprise prints no bank account."""
    bill = latest_bills(account_ids=[account.id]).get(account.id)
    if bill is None:
        return None
    due = Money.from_minor(
        minor=list_account_balances(account_ids=[account.id])[account.id], currency=bill.currency
    ).amount
    slip = payment_slip(bill=bill, seller=seller_of(entity=account.legal_entity, on=today), due=due)
    return None if slip is None else (bill, slip)
