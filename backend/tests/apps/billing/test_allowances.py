"""Included units from month to month: what a run leaves over opens the next one, once it is issued."""

from dataclasses import replace
from typing import Any

import pytest
from rachun.apps.billing.models import AllowanceBalance, BillRun, DraftAllowance
from rachun.apps.billing.services.approve_run import approve_run
from tests.factories.billing import (
    FEBRUARY,
    NOW,
    POWER,
    Town,
    bill_month,
    calculate,
    issue,
    make_plan,
    make_run,
    make_town,
    take_power,
)

pytestmark = pytest.mark.usefixtures("fresh_database")
FREE: dict[str, Any] = {
    "code": "free",
    "kind": "allowance",
    "of": ["energy"],
    "quantity": "100",
    "unit": "kWh",
    "rollover_periods": 2,
    "posting_code": "REVENUE_ELECTRICITY",
}


def town_with_free_units() -> Town:
    town = make_town()
    body = POWER | {"components": [*POWER["components"], FREE]}
    return replace(town, power=make_plan(entity=town.entity, service="BUNDLE", body=body))


def left(model: Any, **of: Any) -> list[tuple[str, int, int]]:
    rows = model.objects.filter(**of).order_by("granted_from")
    return list(rows.values_list("granted_from__month", "periods_left", "remaining_micro"))


def net_of(run: BillRun) -> int:
    return run.bills.get().net_minor


class TestAllowanceBalance:
    def test_opens_the_next_month_with_what_this_one_left(self) -> None:
        # January: 30 of 100 used; February: 150 used of 70 + 100: 20 of the hundred live on
        town = town_with_free_units()
        take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "30", "2026-02-28": "180"})

        january = bill_month(town=town)
        february = bill_month(town=town, period=FEBRUARY)

        assert left(AllowanceBalance, run=january) == [(1, 2, 70_000_000)]
        assert left(AllowanceBalance, run=february) == [(2, 2, 20_000_000)]
        assert (net_of(january), net_of(february)) == (485, 485)

    def test_opens_nothing_until_the_month_is_issued(self) -> None:
        town = town_with_free_units()
        take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "30", "2026-02-28": "180"})
        calculate(make_run(town=town))

        run = bill_month(town=town, period=FEBRUARY)

        # 150 kWh 26.03 less the hundred of February 17.35; the late 30 of January 5.21, which no hundred covers
        assert net_of(run) == 485 + 2603 - 1735 + 521

    def test_calculating_again_converges(self) -> None:
        town = town_with_free_units()
        take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "30"})
        run = calculate(make_run(town=town))
        first = left(DraftAllowance, chunk__run=run)

        again = left(DraftAllowance, chunk__run=calculate(run))

        assert again == first == [(1, 2, 70_000_000)]

    def test_issuing_fixes_the_balance(self) -> None:
        town = town_with_free_units()
        take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "30"})
        run = calculate(make_run(town=town))
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)

        issue(run)

        assert not DraftAllowance.objects.exists()
        assert left(AllowanceBalance, run=run) == [(1, 2, 70_000_000)]

    def test_remembers_that_all_is_used_up(self) -> None:
        town = town_with_free_units()
        take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "30", "2026-02-28": "500"})
        bill_month(town=town)

        run = bill_month(town=town, period=FEBRUARY)

        assert [remaining for *_, remaining in left(AllowanceBalance, run=run)] == [0]
