"""A month from agreements and readings to issued bills in the books."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rachun.apps.billing.models import (
    Bill,
    BilledInterval,
    BillRun,
    Charge,
    ControlSheet,
    DraftBill,
    ParkedAccount,
)
from rachun.apps.billing.reasons import reason_of
from rachun.apps.billing.refusals import ControlSheetDiffers, InputsChanged, RunNotReviewed
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.cancel_run import cancel_run
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.ledger.selectors.balances import list_account_balances, list_item_balances
from rachun.apps.ledger.services.periods import close_period
from rachun.apps.ledger.services.refusals import PeriodIsClosed
from rachun.apps.metering.models import Meter
from tests.factories.billing import (
    FEBRUARY,
    NOW,
    bill_month,
    bills_of,
    calculate,
    issue,
    make_run,
    make_town,
    set_members,
    take_power,
    take_waste,
)
from tests.factories.metering import read_meter

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

    def test_parks_an_account_whole_with_a_reason_and_goes_on(self) -> None:
        town = make_town()
        take_waste(town=town, members="2")
        lost = take_waste(town=town, members=None)

        run = bill_month(town=town)

        parked = ParkedAccount.objects.get(run_id=run.id)
        assert (parked.account_id, parked.code) == (lost.id, "MISSING_ATTRIBUTE")
        assert Bill.objects.filter(run_id=run.id).count() == 1
        assert "members" in reason_of(code=parked.code, params=parked.params)

    def test_calculating_again_converges(self) -> None:
        town = make_town()
        for members in ("1", "2", "3"):
            take_waste(town=town, members=members)
        run = calculate(make_run(town=town), chunk_size=2)
        first = draft_facts(run)

        again = draft_facts(calculate(run, chunk_size=1))

        assert again == first
        assert len(first) == 3

    def test_issuing_again_changes_nothing(self) -> None:
        town = make_town()
        take_waste(town=town, members="2")
        run = bill_month(town=town)
        before = bills_of(run)

        with pytest.raises(RunNotReviewed):
            start_issue(run_id=run.id)

        assert bills_of(run) == before

    def test_bills_the_next_month_only_for_its_own_days(self) -> None:
        town = make_town()
        account = take_power(town=town, readings=MONTH_OF_READINGS)
        bill_month(town=town)

        run = bill_month(town=town, period=FEBRUARY)

        # 70 × 0.1735 = 12.145 → 12.15; 4.85; net 17.00; tax 2.89; the January bill stood open
        bill = Bill.objects.get(run_id=run.id)
        assert (bill.net_minor, bill.tax_minor, bill.opening_balance_minor) == (1700, 289, 3207)
        assert list_account_balances(account_ids=[account.id]) == {account.id: 3207 + 1989}

    def test_supplementary_run_takes_only_who_was_left(self) -> None:
        town = make_town()
        take_waste(town=town, members="2")
        late = take_power(town=town, readings={"2025-12-31": "500"})
        bill_month(town=town)
        meter = Meter.objects.get()
        read_meter(meter=meter, on="2026-01-31", value="510")

        run = calculate(make_run(town=town, kind=BillRun.Kind.SUPPLEMENTARY))
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
        issue(run)

        assert list(Bill.objects.filter(run_id=run.id).values_list("account_id", "number")) == [
            (late.id, Bill.objects.get(account_id=late.id).number)
        ]
        assert Bill.objects.get(account_id=late.id).number.startswith("2026-000002")

    def test_final_run_leaves_nothing_to_the_regular_one(self) -> None:
        town = make_town()
        leaving = take_waste(town=town, members="2", served=(date(2026, 1, 1), date(2026, 1, 17)))
        staying = take_waste(town=town, members="1")
        final = calculate(make_run(town=town, kind=BillRun.Kind.FINAL, account_ids=[leaving.id]))
        approve_run(run_id=final.id, approved_by=None, approved_at=NOW)
        issue(final)

        run = bill_month(town=town)

        sheet = ControlSheet.objects.filter(run_id=run.id).latest("made_at")
        assert list(Bill.objects.filter(run_id=run.id).values_list("account_id", flat=True)) == [staying.id]
        assert sheet.figures["agreements"] == {"active": 2, "charged": 1, "zero": 0, "parked": 0, "excluded": 1}

    def test_refuses_approval_and_names_accounts_whose_inputs_changed(self) -> None:
        town = make_town()
        account = take_waste(town=town, members=None)
        run = calculate(make_run(town=town))
        set_members(agreement=account.agreements.get(), members="2", recorded_at=NOW + timedelta(minutes=1))

        with pytest.raises(InputsChanged) as refusal:
            approve_run(run_id=run.id, approved_by=None, approved_at=NOW)

        assert refusal.value.params["accounts"] == [account.number]

    def test_a_dropped_charge_blocks_approval(self, owner_sql: psycopg.Connection[Any]) -> None:
        town = make_town()
        take_waste(town=town, members="2")
        run = calculate(make_run(town=town))
        owner_sql.execute(f"DELETE FROM billing_charge_{run.id.hex}")

        with pytest.raises(ControlSheetDiffers) as refusal:
            approve_run(run_id=run.id, approved_by=None, approved_at=NOW)

        assert "charges" in refusal.value.params["differences"]

    def test_a_closed_period_refuses_issuing(self) -> None:
        town = make_town()
        take_waste(town=town, members="2")
        run = calculate(make_run(town=town))
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
        close_period(legal_entity_id=town.entity.id, area="SALES", month=date(2026, 2, 1), changed_at=NOW)

        with pytest.raises(PeriodIsClosed):
            start_issue(run_id=run.id)

    def test_is_repeated_at_its_cut_offs_after_the_inputs_changed(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")
        run = calculate(make_run(town=town))
        first = draft_facts(run)
        fact = account.agreements.get().attributes.get()
        later = NOW + timedelta(days=1)
        type(fact).objects.filter(id=fact.id).update(superseded_at=later)
        set_members(agreement=account.agreements.get(), members="9", recorded_at=later)

        assert draft_facts(calculate(run, known_until=NOW)) == first
        assert draft_facts(calculate(run, known_until=later)) != first

    def test_cancelled_run_frees_its_period(self) -> None:
        town = make_town()
        take_waste(town=town, members="2")
        run = calculate(make_run(town=town))

        cancel_run(run_id=run.id, why="wrong month")

        assert DraftBill.objects.count() == 0
        assert bill_month(town=town).state == BillRun.State.ISSUED

    def test_asks_a_constant_number_of_queries_per_chunk(self) -> None:
        town = make_town()
        few = [take_waste(town=town, members="2") for _ in range(2)]
        many = [take_waste(town=town, members="2") for _ in range(12)]
        counts = []
        first = [take_waste(town=town, members="2")]  # opens the number series
        for accounts in (first, few, many):
            run = make_run(town=town, kind=BillRun.Kind.FINAL, account_ids=[one.id for one in accounts])
            with CaptureQueriesContext(connection) as calculated:
                calculate(run)
            approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
            with CaptureQueriesContext(connection) as issued:
                issue(run)
            counts.append((len(calculated), len(issued)))

        assert counts[1] == counts[2]


def draft_facts(run: BillRun) -> list[tuple[object, ...]]:
    """Drafts and their lines apart from ids and times."""
    facts: list[tuple[object, ...]] = []
    for draft in DraftBill.objects.filter(run_id=run.id).order_by("account__number"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT line_no, component, quantity_micro, gross_minor FROM billing_charge_{run.id.hex} "
                "WHERE bill_id = %s ORDER BY line_no",
                [draft.id],
            )
            facts.append((draft.account_id, draft.net_minor, draft.gross_minor, tuple(cursor.fetchall())))
    return facts
