"""Most customers pay their bills: receipts by the channels that people use."""

from datetime import date, timedelta

from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.demo.generate import komunalno_people, telekom
from rachun.apps.demo.generate.files import MONTHS, dice
from rachun.apps.demo.services.bill import Clock
from rachun.apps.payments.models import Receipt
from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt

CHANNELS = (Receipt.Channel.BANK, Receipt.Channel.CASH, Receipt.Channel.PARTNER)
PAYS_IN_FULL, PAYS_A_PART = 85, 92  # of a hundred; the rest waits
FAR_TOO_MUCH = {
    f"{100_000 + komunalno_people.PAYS_TOO_MUCH}": 500_00,
    f"{300_000 + telekom.PAYS_AHEAD}": 3_000_00,
}


def pay_bills(*, run: BillRun, clock: Clock) -> int:
    """Receipts for the bills of an issued run; returns how many. Safe to repeat: a receipt's key names its bill."""
    bills = Bill.objects.filter(run_id=run.id).select_related("account", "account__party").order_by("number")
    count = 0
    for bill in bills.prefetch_related("account__aliases"):
        amount = amount_paid(bill=bill)
        if amount > 0:
            facts = receipt_facts(bill=bill, amount_minor=amount)
            record_receipt(facts=facts, recorded_by=None, recorded_at=clock())
            count += 1
    return count


def amount_paid(*, bill: Bill) -> int:
    external = bill.account.alias_numbers[0]
    due = max(bill.opening_balance_minor + bill.gross_minor, 0)
    if external in FAR_TOO_MUCH and bill.period_from == MONTHS[0]:
        return FAR_TOO_MUCH[external]
    roll = dice("pays", external, bill.period_from).randrange(100)
    if roll < PAYS_IN_FULL:
        return due
    return due // 200 * 100 if roll < PAYS_A_PART else 0


def receipt_facts(*, bill: Bill, amount_minor: int) -> ReceiptFacts:
    external = bill.account.alias_numbers[0]
    roll = dice("receipt", external, bill.period_from)
    return ReceiptFacts(
        legal_entity_id=bill.legal_entity_id,
        account_number=external if roll.randrange(4) == 0 else bill.account.number,
        amount_minor=amount_minor,
        currency=bill.currency,
        value_date=value_date(after=bill.document_date, days=roll.randint(3, 19)),
        channel=roll.choice(CHANNELS),
        external_key=f"DEMO-{bill.number}",
        payer=bill.account.party.name,
        purpose=bill.number,
    )


def value_date(*, after: date, days: int) -> date:
    return after + timedelta(days=days)
