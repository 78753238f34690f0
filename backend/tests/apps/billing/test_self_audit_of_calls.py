"""The self-audit guides and rates billed calls again from their raw lines, and holds bundles and included units too."""

from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.utils import timezone
from rachun.apps.agreements.models import ServiceTerm
from rachun.apps.base.files import keep_file
from rachun.apps.base.jobs import enqueue
from rachun.apps.billing.refusals import OpeningAllowanceChanged
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.audit_bills import Difference, audit_bills
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
    run_job,
    take_power,
)
from tests.factories.metering import make_agreement
from tests.factories.rating import PHONE_TARIFF, give_number, make_price_table
from tests.factories.rating import make_plan as make_phone_plan
from tests.factories.usage import make_source

pytestmark = pytest.mark.usefixtures("fresh_database")
ALL = {"random_count": 50, "risky_count": 50, "seed": "2026-03-01"}
KOVAL, MOBILE, LOCAL = "380432550101", "380671234567", "380432550900"
CENT = 10_000  # millionths
FREE: dict[str, Any] = {
    "code": "free",
    "kind": "allowance",
    "of": ["energy"],
    "quantity": "100",
    "unit": "kWh",
    "shared_by": "ACCOUNT",
    "rollover_periods": 2,
    "posting_code": "REVENUE_ELECTRICITY",
}
# What an intruder with the owner's rights would do: a cent on a call's price, a second on its bundle, another number,
# a cent on the price list.
PRICE = f"UPDATE usage_usagerecord SET amount_micro = amount_micro + {CENT} WHERE called = '{LOCAL}'"
BUNDLE = "UPDATE usage_usagerecord SET covered_s = covered_s - 1 WHERE covered_s = 60"
DIALLED = f"UPDATE usage_usagerecord SET destination = 'free', amount_micro = 0 WHERE called = '{LOCAL}'"
LIST = "UPDATE catalog_destinationrate SET price_per_minute = price_per_minute + 0.01 WHERE prefix = '380432'"
RAW = f"UPDATE usage_usagerecord SET raw = replace(raw, E'\\t60', E'\\t61') WHERE called = '{LOCAL}'"
CUT = f"UPDATE usage_usagerecord SET raw = left(raw, 20) WHERE called = '{LOCAL}'"
NO_TIME = f"UPDATE usage_usagerecord SET raw = replace(raw, '09:00:00', '29:00:00') WHERE called = '{LOCAL}'"
NO_JSON = f"UPDATE usage_usagerecord SET raw = '{{' || raw WHERE called = '{LOCAL}'"
EVERY = "UPDATE usage_usagerecord SET raw = 'nothing of it' WHERE caller <> ''"
PLANTED = {
    "call's price": (PRICE, "call:amount_micro"),
    "bundle": (BUNDLE, "call:covered_s"),
    "destination": (DIALLED, "call:destination"),
    "price list": (LIST, "call:amount_micro"),
    "raw line": (RAW, "call:amount_micro"),
    "raw line that is cut": (CUT, "call:raw"),
    "raw line without a start": (NO_TIME, "call:raw"),
    "raw line of another kind": (NO_JSON, "call:raw"),
    "raw lines, all of them": (EVERY, "call:raw"),
}


def call(at: str, called: str, *, seconds: int = 60) -> str:
    return f"{at}\t{seconds}\t{KOVAL}\t{KOVAL}\t{called}\t{called}\t0\t1\t0\t{seconds}"


def a_month_of_calls(*, ends_on: date | None = None, **bundle: object) -> None:
    """Two files; 90 seconds to mobiles are included. ends_on: what is told of the service after they came."""
    town = make_town()
    make_price_table(legal_entity=town.entity)
    [calls, *others] = PHONE_TARIFF["components"]
    included = {"seconds": 90, "destinations": ["mobile"], **bundle}
    body = {**PHONE_TARIFF, "currency": "BAM", "components": [{**calls, "included": included}, *others]}
    agreement = make_agreement(branch=town.branch, service="PHONE")
    make_phone_plan(agreement=agreement, body=body)
    give_number(agreement=agreement, number=KOVAL)
    source = make_source(legal_entity=town.entity)
    for lines in (
        [call("05.01.2026 12:00:00", MOBILE), call("06.01.2026 09:00:00", LOCAL)],
        [call("04.01.2026 12:00:00", MOBILE), call("07.01.2026 12:00:00", MOBILE, seconds=30)],
    ):
        with transaction.atomic():
            kept = keep_file(content="\n".join(lines).encode())
            job = enqueue("rating.load_usage", params={"source_id": str(source.id), "name": "f", "sha256": kept})
        assert run_job(job).state == "DONE"
    if ends_on is not None:
        ServiceTerm.objects.filter(agreement=agreement).update(superseded_at=timezone.now())
        ServiceTerm.objects.create(
            agreement=agreement,
            service_point=agreement.service_point,
            valid_from=date(2026, 1, 1),
            valid_to=ends_on,
            recorded_at=timezone.now(),
        )
    run = calculate(make_run(town=town), known_until=timezone.now())  # files are taken when they come
    approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
    issue(run)


def places(found: list[Difference]) -> set[str]:
    return {one.what for one in found}


class TestSelfAuditOfCalls:
    def test_finds_nothing_where_bundles_paid_over_two_files(self) -> None:
        a_month_of_calls()

        found = audit_bills(**ALL)

        assert (found.bills, list(found.differences)) == (1, [])

    def test_counts_by_days_and_shares_as_was_known_when_the_calls_came(self) -> None:
        """The service ended on the 20th, which was told only when the month's 90 seconds were spent."""
        bundle: dict[str, Any] = {"proration": "DAYS", "shared_by": "ACCOUNT", "rollover_periods": 1}
        a_month_of_calls(ends_on=date(2026, 1, 20), **bundle)

        assert list(audit_bills(**ALL).differences) == []

    @pytest.mark.parametrize("planted", PLANTED)
    def test_names_what_was_planted(self, planted: str, owner_sql: psycopg.Connection[Any]) -> None:
        a_month_of_calls()
        fault, place = PLANTED[planted]
        assert owner_sql.execute(fault).rowcount

        found = audit_bills(**ALL)

        assert place in places(list(found.differences))

    def test_reads_every_other_line_of_a_file_that_holds_a_spoilt_one(self, owner_sql: psycopg.Connection[Any]) -> None:
        """A spoilt line must not hide that another one was edited."""
        a_month_of_calls()
        owner_sql.execute(CUT)
        owner_sql.execute("UPDATE usage_usagerecord SET raw = replace(raw, E'\\t60', E'\\t119') WHERE covered_s = 30")

        found = places(list(audit_bills(**ALL).differences))

        assert {"call:raw", "call:billed_s"} <= found


def town_that_shares() -> Town:
    """Two agreements of one account with a hundred units each, which live on for two months."""
    town = make_town()
    body = POWER | {"components": [*POWER["components"], FREE]}
    town = replace(town, power=make_plan(entity=town.entity, service="BUNDLE", body=body))
    first = {"2025-12-31": "0", "2026-01-31": "30", "2026-02-28": "500"}
    account = take_power(town=town, readings=first)
    take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "10", "2026-02-28": "90"}, account=account)
    return town


class TestSharedUnits:
    def test_are_derived_again_with_what_the_month_opened_with(self, owner_sql: psycopg.Connection[Any]) -> None:
        town = town_that_shares()
        bill_month(town=town)
        bill_month(town=town, period=FEBRUARY)
        assert list(audit_bills(**ALL).differences) == []

        owner_sql.execute("ALTER TABLE billing_allowancebalance DISABLE TRIGGER USER")
        owner_sql.execute(
            "UPDATE billing_allowancebalance SET remaining_micro = remaining_micro - 100000 WHERE period_to = %s",
            [date(2026, 2, 1)],
        )

        assert {"quantity_micro", "net_minor"} <= places(list(audit_bills(**ALL).differences))

    def test_that_change_after_the_calculation_stop_the_approval_until_it_is_repeated(self) -> None:
        town = town_that_shares()
        february = calculate(make_run(town=town, period=FEBRUARY))
        bill_month(town=town)

        with pytest.raises(OpeningAllowanceChanged) as refusal:
            approve_run(run_id=february.id, approved_by=None, approved_at=NOW)

        assert refusal.value.params["count"] == 1
        again = approve_run(run_id=calculate(february).id, approved_by=None, approved_at=NOW)
        assert again.state == "REVIEWED"
