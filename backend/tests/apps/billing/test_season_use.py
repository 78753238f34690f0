"""Bounds of a season that bills use up one after another: 1,000 from October to March at 0.10, above them 0.20."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from rachun.apps.billing.models import Bill, BillRun, Charge
from rachun.apps.billing.refusals import InputsChanged
from rachun.apps.billing.selectors.explanation import get_explanation
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.audit_bills import audit_bills
from tests.factories.billing import (
    FEBRUARY,
    NOW,
    Town,
    bill_month,
    calculate,
    make_plan,
    make_run,
    make_town,
    take_power,
)

pytestmark = pytest.mark.usefixtures("fresh_database")
MARCH, APRIL = (date(2026, 3, 1), date(2026, 4, 1)), (date(2026, 4, 1), date(2026, 5, 1))
READINGS = {"2025-12-31": "0", "2026-01-31": "600", "2026-02-28": "1200", "2026-03-31": "1300", "2026-04-30": "1400"}
GAS: dict[str, Any] = {
    "currency": "BAM",
    "vat": "ON_TOP",
    "seasons": [
        {"code": "high", "ranges": [{"first_day": "10-01", "last_day": "03-31"}]},
        {"code": "low", "ranges": [{"first_day": "04-01", "last_day": "09-30"}]},
    ],
    "components": [
        {
            "code": "gas",
            "kind": "metered",
            "unit": "m3",
            "bounds_per": "SEASON_TOTAL",
            "registers": [{"register": "T1", "blocks": [{"upto": "1000", "price": "0.10"}, {"price": "0.20"}]}],
            "posting_code": "REVENUE_ELECTRICITY",
        }
    ],
}


@pytest.fixture
def town() -> Town:
    town = make_town()
    town = replace(town, power=make_plan(entity=town.entity, service="GAS", body=GAS))
    take_power(town=town, readings=READINGS)
    return town


def lines(run: BillRun) -> list[tuple[int, int]]:
    charges = Charge.objects.filter(load_key=run.id).order_by("line_no")
    return [(one.quantity_micro // 10**6, one.net_minor) for one in charges]


class TestBoundsOfASeason:
    def test_are_used_up_from_bill_to_bill_and_begin_anew_with_the_next_season(self, town: Town) -> None:
        runs = [bill_month(town=town), *(bill_month(town=town, period=one) for one in (FEBRUARY, MARCH, APRIL))]

        assert [lines(run) for run in runs] == [
            [(600, 6000)],
            [(400, 4000), (200, 4000)],
            [(100, 2000)],
            [(100, 1000)],
        ]

    def test_are_explained_and_found_sound_by_the_audit(self, town: Town) -> None:
        bill_month(town=town)
        february = bill_month(town=town, period=FEBRUARY)

        found = audit_bills(random_count=9, risky_count=9, seed="2026")

        assert (found.bills, list(found.differences)) == (2, [])
        bill = Bill.objects.get(run=february)
        told = get_explanation(bill=bill, language="en")
        assert all(one.agrees for one in told.derivations)
        assert ["SEASON_USED" in [step.code for step in one.steps] for one in told.derivations] == [True, True]

    def test_stop_the_approval_of_a_month_that_was_worked_out_before_an_earlier_one_was_issued(
        self, town: Town
    ) -> None:
        february = calculate(make_run(town=town, period=FEBRUARY))
        bill_month(town=town)

        with pytest.raises(InputsChanged):
            approve_run(run_id=february.id, approved_by=None, approved_at=NOW)
