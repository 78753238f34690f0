"""A month from agreements and readings to issued bills in the books."""

import pytest
from rachun.apps.billing.models import Bill, BilledInterval, BillRun, Charge, ControlSheet
from rachun.apps.ledger.selectors.balances import list_account_balances, list_item_balances
from tests.factories.billing import (
    bill_month,
    make_town,
    take_power,
    take_waste,
)

pytestmark = pytest.mark.usefixtures("fresh_database")
MONTH_OF_READINGS = {"2025-12-31": "500", "2026-01-31": "630", "2026-02-28": "700"}


class TestBillRun:
    def test_bills_one_account_end_to_end(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")
        take_power(town=town, readings=MONTH_OF_READINGS, account=account)

        run = bill_month(town=town)

        # 2 × 2.50 = 5.00; 4.85; 130 × 0.1735 = 22.555 → 22.56; net 32.41; tax 17 % = 5.5097 → 5.51
        bill = Bill.objects.get(run_id=run.id)
        assert (bill.net_minor, bill.tax_minor, bill.gross_minor) == (3241, 551, 3792)
        assert bill.number.startswith("2026-000001")
        assert run.state == BillRun.State.ISSUED
        assert Charge.objects.filter(bill_id=bill.id).count() == 3
        assert list_account_balances(account_ids=[account.id]) == {account.id: 3792}
        assert len(list_item_balances(account_ids=[account.id])) == 2
        assert BilledInterval.objects.filter(bill=bill).count() == 3
        assert all(ControlSheet.objects.filter(run_id=run.id).values_list("is_balanced", flat=True))
