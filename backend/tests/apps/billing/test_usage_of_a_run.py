"""A bill holds exactly the usage that it was priced from, whatever commits beside the run."""

from typing import Any

import psycopg
import pytest
from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.billing.refusals import InputsChanged
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.usage.models import HeldUsage, UsageRecord
from tests.apps.billing.test_billing_api import get
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.billing import FEBRUARY, NOW, Town, bill_month, calculate, issue, make_run, make_town, run_job
from tests.factories.metering import make_agreement
from tests.factories.rating import PHONE_TARIFF, make_plan
from tests.factories.usage import make_record

pytestmark = pytest.mark.usefixtures("fresh_database")
MARK = 1_000_000
# The same call once more, as another transaction stores it: known before the cut-off, seen after it.
ANOTHER = f"""
INSERT INTO usage_usagerecord
SELECT (jsonb_populate_record(r, jsonb_build_object('record_no', r.record_no + {MARK}))).* FROM usage_usagerecord r
"""


def phone_of(town: Town) -> ServiceAgreement:
    """One call of 0.96 in January."""
    agreement = make_agreement(branch=town.branch, service="PHONE")
    make_plan(agreement=agreement, body=PHONE_TARIFF | {"currency": "BAM"})
    make_record(agreement=agreement, on="2026-01-10", amount_micro=960_000)
    return agreement


def approved(run: BillRun) -> BillRun:
    return approve_run(run_id=run.id, approved_by=None, approved_at=NOW)


def told() -> list[tuple[str, bool]]:
    """State of each record, and whether a bill holds it; the one that came late is the last."""
    records = UsageRecord.objects.order_by("record_no").values_list("state", "bill_id")
    return [(state, bill_id is not None) for state, bill_id in records]


class TestUsageThatCommitsAfterTheCalculation:
    def test_waits_for_the_next_bill(self, owner_sql: psycopg.Connection[Any]) -> None:
        town = make_town()
        phone_of(town)
        with owner_sql.transaction():
            owner_sql.execute(ANOTHER)
            run = calculate(make_run(town=town))
        issue(approved(run))

        assert told() == [("BILLED", True), ("RATED", False)]
        assert run.bills.get().gross_minor == 96

        february = bill_month(town=town, period=FEBRUARY)

        assert told() == [("BILLED", True), ("BILLED", True)]
        assert february.bills.get().gross_minor == 96

    def test_is_told_apart_on_the_control_sheet(self, owner_sql: psycopg.Connection[Any]) -> None:
        town = make_town()
        phone_of(town)
        with owner_sql.transaction():
            owner_sql.execute(ANOTHER)
            run = calculate(make_run(town=town))

        sheet = approved(run).control_sheets.latest("id")

        assert sheet.figures["usage"] == {"in": 2, "billed": 1, "unbilled": 0, "suspended": 0, "late": 1}


class TestUsageThatChangesAfterTheCalculation:
    def test_stops_the_approval_until_it_is_repeated(self) -> None:
        town = make_town()
        phone_of(town)
        run = calculate(make_run(town=town))
        UsageRecord.objects.update(amount_micro=970_000)

        with pytest.raises(InputsChanged) as refusal:
            approved(run)

        assert refusal.value.params["count"] == 1
        again = calculate(run)
        assert issue(approved(again)).bills.get().gross_minor == 97

    def test_while_it_is_issued_is_refused_and_calculated_again(self) -> None:
        town = make_town()
        agreement = phone_of(town)
        run = approved(calculate(make_run(town=town)))
        job = start_issue(run_id=run.id)
        UsageRecord.objects.update(amount_micro=980_000)

        failed = run_job(job)

        assert (failed.state, failed.failure) == ("FAILED", f"usage_changed(agreement_ids=['{agreement.id}'])")
        assert not Bill.objects.exists()
        assert issue(approved(calculate(run))).bills.get().gross_minor == 98


class TestHeldUsage:
    def test_lasts_until_the_run_is_issued_or_calculated_again(self) -> None:
        town = make_town()
        phone_of(town)
        run = calculate(make_run(town=town))
        [first] = HeldUsage.objects.values_list("holder_id", flat=True)

        run = calculate(run)

        [second] = HeldUsage.objects.values_list("holder_id", flat=True)
        assert first != second
        issue(approved(run))
        assert not HeldUsage.objects.exists()

    def test_that_is_missing_stops_the_issue(self) -> None:
        town = make_town()
        phone_of(town)
        run = approved(calculate(make_run(town=town)))
        HeldUsage.objects.all().delete()

        failed = run_job(start_issue(run_id=run.id))

        assert (failed.state, failed.failure) == ("FAILED", "usage_changed(agreement_ids=[])")

    def test_of_a_parked_account_stays_unbilled(self) -> None:
        town = make_town()
        agreement = phone_of(town)
        UsageRecord.objects.update(component="unknown")

        job = run_job(start_calculation(run_id=make_run(town=town).id, known_until=NOW))

        assert job.state == "DONE", job.failure
        assert [one.agreement_id for one in HeldUsage.objects.all()] == [agreement.id]


class TestUsageThatABundlePaid:
    def test_is_told_on_the_bill_and_prices_nothing_twice(self) -> None:
        town = make_town()
        agreement = phone_of(town)
        make_record(agreement=agreement, on="2026-01-11", billed_s=180, covered_s=150, amount_micro=80_000)
        bill = bill_month(town=town).bills.get()
        client = client_of(make_operator(entity=town.entity))

        told = get(client, f"bills/{bill.id}/explanation?language=uk")

        [line] = told["lines"]
        assert line["agrees"]
        # 60 s and 180 s are 4 minutes; the bundle paid 150 s; 0.96 and 0.08 are 1.04
        assert [step["text"].replace("\u00a0", " ") for step in line["steps"]][:2] == [
            "2 дзвінки за напрямком «mobile», 10.–11.01.2026, тарифікований час 4 хв.",
            "Із цього часу 2,5 хв припадає на пакет і нічого не коштує.",
        ]
        assert bill.gross_minor == 104
