"""Money that comes in settles the oldest debt first, once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from rachun.apps.customers.models import AccountAlias
from rachun.apps.ledger.selectors.balances import get_trial_balance, list_account_balances, list_item_balances
from rachun.apps.ledger.services.periods import close_period
from rachun.apps.ledger.services.refusals import PeriodIsClosed
from rachun.apps.payments.models import Receipt
from rachun.apps.payments.services.record_receipt import (
    AccountNumberUnknown,
    ReceiptFacts,
    ReceiptInvalid,
    ReceiptKeyReused,
    record_receipt,
)
from rachun.apps.receivables.models import Allocation
from rachun.apps.receivables.selectors.statement import get_statement
from tests.factories.billing import FEBRUARY, NOW, Town, bill_month, make_town, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")


def facts_for(*, town: Town, number: str, amount_minor: int = 1200, key: str = "line 1") -> ReceiptFacts:
    return ReceiptFacts(
        legal_entity_id=town.entity.id,
        account_number=number,
        amount_minor=amount_minor,
        currency="BAM",
        value_date=date(2026, 2, 10),
        channel="BANK",
        external_key=key,
        payer="Juric",
        purpose="January",
    )


class TestReceipt:
    def test_settles_the_bill_and_keeps_the_rest_for_the_next_ones(self) -> None:
        # The months of scenario 08: 5.08 a month; 12.00 paid; 6.92 left; 1.84 after February.
        town = make_town()
        account = take_waste(town=town, members="1.736")  # 1.736 × 2.50 = 4.34; tax 0.7378 → 0.74
        bill_month(town=town)

        record_receipt(facts=facts_for(town=town, number=account.number), recorded_by=None, recorded_at=NOW)
        after_payment = list_account_balances(account_ids=[account.id])[account.id]
        bill_month(town=town, period=FEBRUARY)

        assert after_payment == -692
        [advance] = list_item_balances(account_ids=[account.id])
        assert (advance.debt_kind, advance.balance_minor) == ("ADVANCE", -184)
        assert sum(Allocation.objects.values_list("amount_minor", flat=True)) == 508 + 508

    def test_with_one_key_for_two_accounts_at_once_is_taken_for_one_of_them(self) -> None:
        town = make_town()
        numbers = [take_waste(town=town, members=members).number for members in ("2", "3")]

        def pay(number: str) -> str:
            try:
                return record_receipt(
                    facts=facts_for(town=town, number=number), recorded_by=None, recorded_at=NOW
                ).account.number
            except ReceiptKeyReused:
                return "refused"
            finally:
                connection.close()

        with ThreadPoolExecutor(max_workers=2) as both:
            told = sorted(both.map(pay, numbers))

        assert "refused" in told
        assert [receipt.account.number for receipt in Receipt.objects.all()] == [told[0]]

    def test_is_found_by_a_number_of_a_former_system(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")
        AccountAlias.objects.create(legal_entity=town.entity, account=account, number="OLD-77")

        receipt = record_receipt(facts=facts_for(town=town, number="OLD-77"), recorded_by=None, recorded_at=NOW)

        assert receipt.account_id == account.id
        with pytest.raises(AccountNumberUnknown):
            record_receipt(facts=facts_for(town=town, number="OLD-78"), recorded_by=None, recorded_at=NOW)

    def test_comes_in_once_by_its_key(self) -> None:
        town = make_town()
        facts = facts_for(town=town, number=take_waste(town=town, members="2").number)
        first = record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)

        assert record_receipt(facts=facts, recorded_by=None, recorded_at=NOW).id == first.id
        with pytest.raises(ReceiptKeyReused):
            record_receipt(facts=replace(facts, amount_minor=1), recorded_by=None, recorded_at=NOW)
        record_receipt(facts=replace(facts, occurrence=2), recorded_by=None, recorded_at=NOW)
        assert list(Receipt.objects.order_by("number").values_list("amount_minor", flat=True)) == [1200, 1200]

    def test_is_refused_without_a_positive_amount_of_the_entity_s_currency(self) -> None:
        town = make_town()
        facts = facts_for(town=town, number=take_waste(town=town, members="2").number)

        for wrong in (replace(facts, amount_minor=0), replace(facts, currency="EUR")):
            with pytest.raises(ReceiptInvalid):
                record_receipt(facts=wrong, recorded_by=None, recorded_at=NOW)

    def test_is_refused_in_a_closed_month_and_leaves_nothing(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")
        close_period(legal_entity_id=town.entity.id, area="RECEIPTS", month=date(2026, 2, 1), changed_at=NOW)

        with pytest.raises(PeriodIsClosed):
            record_receipt(facts=facts_for(town=town, number=account.number), recorded_by=None, recorded_at=NOW)

        assert not Receipt.objects.exists()
        assert list_item_balances(account_ids=[account.id], with_settled=True) == []

    def test_stands_in_the_statement_between_the_bills(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")  # 5.00 + 0.85
        bill_month(town=town)
        record_receipt(facts=facts_for(town=town, number=account.number), recorded_by=None, recorded_at=NOW)

        statement = get_statement(account_id=account.id, start=date(2026, 2, 1), end=date(2026, 3, 1))

        told = [(line.source_kind, line.amount_minor, line.balance_minor) for line in statement.lines]
        assert (statement.opening_minor, told, statement.closing_minor) == (
            0,
            [("BILL", 585, 585), ("RECEIPT", -1200, -615)],
            -615,
        )
        balance = get_trial_balance(legal_entity_id=town.entity.id, start=date(2026, 1, 1), end=date(2027, 1, 1))
        by_code = {row.posting_code: row.debit_minor - row.credit_minor for row in balance}
        assert by_code == {
            "RECEIVABLE": 0,
            "BILLED": 0,
            "BANK": 1200,
            "ADVANCE": -615,
            "REVENUE_WASTE": -500,
            "VAT_OUTPUT": -85,
        }
