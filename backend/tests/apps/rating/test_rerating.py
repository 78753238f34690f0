"""The price of a minute to mobiles was 0.96 in the list and should have been 0.48; some calls are billed already."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rachun.apps.base.models import AuditRow
from rachun.apps.catalog.models import DestinationRate
from rachun.apps.identity.models import Branch
from rachun.apps.rating.services import rerate_calls
from rachun.apps.resources.models import Resource
from rachun.apps.usage.models import (
    BundleCounter,
    ReratedCall,
    Rerating,
    UsageRecord,
    UsageSource,
)
from rest_framework.test import APIClient
from tests.factories.metering import make_agreement
from tests.factories.rating import (
    PHONE_TARIFF,
    give_number,
    make_plan,
    make_subscriber,
)
from tests.factories.rerating import (
    JANUARY,
    KOVAL,
    LOCAL,
    SHEVA,
    apply,
    bill,
    call,
    correct,
    load,
    post,
    rehearse,
    stored,
    told,
)

pytestmark = pytest.mark.django_db


class TestRerating:
    def test_is_rehearsed_before_anything_changes(self, branch: Branch, source: UsageSource, client: APIClient) -> None:
        agreement = make_subscriber(branch=branch, number=KOVAL)
        load(source, call("05.01.2026 12:00:00"), call("06.01.2026 13:00:00"), call("06.01.2026 14:00:00", LOCAL))
        correct("38067", price="0.48")

        rerating = rehearse(client, branch)

        assert [amount for _hour, _state, _covered, amount in stored()] == [960_000, 960_000, 120_000]
        seen = told(client, rerating)
        assert seen["state"] == "REHEARSED"
        assert seen["counts"] == {
            "agreements": 1, "calls": 3, "changed": 2, "unpriced": 0, "left": 0, "billed": 0
        }  # fmt: skip
        [row] = told(client, rerating, "/agreements")
        assert row["agreement_number"] == agreement.number
        assert (row["was"], row["now"], row["difference"]) == ("1.920000", "0.960000", "-0.960000")

    def test_gives_calls_that_no_bill_holds_the_price_of_today(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        make_subscriber(branch=branch, number=KOVAL)
        load(source, call("05.01.2026 12:00:00"), call("01.02.2026 13:00:00"))
        before = UsageRecord.objects.get(occurred_at__hour=10).recorded_at
        correct("38067", price="0.48")
        rerating = rehearse(client, branch)

        apply(client, rerating)

        # The call of February is of another month.
        assert stored() == [(10, "RATED", None, 480_000), (11, "RATED", None, 960_000)]
        assert UsageRecord.objects.get(occurred_at__hour=10).recorded_at > before
        assert told(client, rerating)["state"] == "APPLIED"
        assert not ReratedCall.objects.filter(is_applied=False).exists()
        assert AuditRow.objects.filter(operation="applyRerating").exists()

    def test_tells_the_difference_of_billed_calls_and_never_touches_them(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        make_subscriber(branch=branch, number=KOVAL)
        load(source, call("05.01.2026 12:00:00"), call("05.01.2026 13:00:00"))
        bill_id = bill(hour=10)
        correct("38067", price="0.48")
        rerating = rehearse(client, branch)

        apply(client, rerating)

        assert stored() == [(10, "BILLED", None, 960_000), (11, "RATED", None, 480_000)]
        [billed] = told(client, rerating, "/calls?standing=BILLED")
        assert (billed["bill_id"], billed["was"], billed["now"], billed["difference"]) == (
            str(bill_id), "0.960000", "0.480000", "-0.480000"
        )  # fmt: skip
        [row] = told(client, rerating, "/agreements")
        assert (row["changed"], row["billed"], row["billed_difference"]) == (1, 1, "-0.480000")

    def test_lets_a_call_wait_that_has_no_price_any_more(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        make_subscriber(branch=branch, number=KOVAL)
        load(source, call("05.01.2026 12:00:00"))
        correct("38067", price=None)
        rerating = rehearse(client, branch)

        apply(client, rerating)

        assert stored() == [(10, "SUSPENDED", None, None)]
        [unpriced] = told(client, rerating, "/calls?standing=UNPRICED")
        assert (unpriced["reason"], unpriced["was"], unpriced["now"]) == ("NO_RATE", "0.960000", None)

    def test_leaves_a_call_that_another_would_have_today(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        make_subscriber(branch=branch, number=KOVAL)
        heir = make_subscriber(branch=branch, number=SHEVA)
        load(source, call("05.01.2026 12:00:00"))
        number = Resource.objects.get(identifier=KOVAL)
        number.assignments.update(superseded_at=timezone.now())
        give_number(agreement=heir, number=KOVAL)
        correct("38067", price="0.48")
        rerating = rehearse(client, branch)

        apply(client, rerating)

        assert stored() == [(10, "RATED", None, 960_000)]
        [left] = told(client, rerating, "/calls?standing=LEFT")
        assert (left["reason"], left["now"]) == ("OTHER_AGREEMENT", None)

    def test_takes_only_agreements_of_the_plan_that_it_names(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        make_subscriber(branch=branch, number=KOVAL)
        other = make_agreement(branch=branch, service="PHONE", served=(date(2025, 1, 1), None))
        plan = make_plan(agreement=other)
        give_number(agreement=other, number=SHEVA)
        load(source, call("05.01.2026 12:00:00"), call("05.01.2026 13:00:00", caller=SHEVA))
        correct("38067", price="0.48")
        rerating = rehearse(client, branch, plan_id=str(plan.id))

        apply(client, rerating)

        assert stored() == [(10, "RATED", None, 960_000), (11, "RATED", None, 480_000)]


def subscribe(branch: Branch, number: str, **included: Any) -> None:
    """90 seconds to mobiles a month are included."""
    agreement = make_agreement(branch=branch, service="PHONE", served=(date(2025, 1, 1), None))
    [calls, *others] = PHONE_TARIFF["components"]
    bundle = {"seconds": 90, "destinations": ["mobile"], **included}
    make_plan(agreement=agreement, body={**PHONE_TARIFF, "components": [{**calls, "included": bundle}, *others]})
    give_number(agreement=agreement, number=number)


class TestBundlesOfARerating:
    @pytest.fixture(autouse=True)
    def subscriber(self, branch: Branch) -> None:
        subscribe(branch, KOVAL)

    def test_are_taken_once_more_in_call_order_over_the_whole_month(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        load(source, call("20.01.2026 12:00:00"))
        load(source, call("05.01.2026 11:00:00"))
        assert stored() == [(9, "RATED", 30, 480_000), (10, "RATED", 60, 0)]
        correct("38067", price="0.48")

        apply(client, rehearse(client, branch, from_date="2026-01-15"))

        assert stored() == [(9, "RATED", 60, 0), (10, "RATED", 30, 240_000)]
        assert BundleCounter.objects.get().used_s == 90

    def test_keep_what_bills_hold_of_them(self, branch: Branch, source: UsageSource, client: APIClient) -> None:
        load(source, call("20.01.2026 12:00:00"))
        load(source, call("05.01.2026 11:00:00"))
        bill(hour=10)
        correct("38067", price="0.48")

        apply(client, rehearse(client, branch))

        assert stored() == [(9, "RATED", 30, 240_000), (10, "BILLED", 60, 0)]
        assert BundleCounter.objects.get().used_s == 90

    def test_are_what_the_self_audit_finds_when_the_calls_are_billed(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        load(source, call("20.01.2026 12:00:00"))
        load(source, call("05.01.2026 11:00:00"))
        correct("38067", price="0.48")
        apply(client, rehearse(client, branch))

        bills = [bill(hour=9), bill(hour=10)]

        assert list(rerate_calls(bill_ids=bills)) == []

    def test_stay_with_the_calls_that_took_them_where_seconds_live_on(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        subscribe(branch, SHEVA, rollover_periods=1)  # so there are those of December as well
        load(source, call("20.01.2026 12:00:00", caller=SHEVA, seconds=120))
        load(source, call("05.01.2026 11:00:00", caller=SHEVA, seconds=120))
        correct("38067", price="0.48")

        apply(client, rehearse(client, branch))

        assert stored() == [(9, "RATED", 60, 480_000), (10, "RATED", 120, 0)]
        assert sum(BundleCounter.objects.values_list("used_s", flat=True)) == 180

    def test_give_back_the_seconds_of_calls_that_they_no_longer_pay(
        self, branch: Branch, source: UsageSource, client: APIClient
    ) -> None:
        load(source, call("05.01.2026 12:00:00"))
        [rate] = DestinationRate.objects.filter(prefix="38067")
        DestinationRate.objects.filter(id=rate.id).update(superseded_at=timezone.now())
        rate.id, rate.destination, rate.recorded_at = uuid4(), "satellite", timezone.now()
        rate.save(force_insert=True)

        apply(client, rehearse(client, branch))

        assert stored() == [(10, "RATED", None, 960_000)]
        assert BundleCounter.objects.get().used_s == 0


class TestAskingForARerating:
    def test_refuses_days_in_the_wrong_order_and_plans_of_others(self, branch: Branch, client: APIClient) -> None:
        body = {"legal_entity_id": str(branch.legal_entity_id), "why": "x"}

        backwards = post(client, "reratings", {**body, "from_date": "2026-02-01", "to_date": "2026-01-01"})
        foreign = post(client, "reratings", {**body, **JANUARY, "plan_id": str(uuid4())})

        strange = post(client, "reratings", {**body, **JANUARY, "run_id": str(uuid4())})

        assert backwards.data["code"] == "rerating_period_invalid"
        assert foreign.data["code"] == "plan_not_of_entity"
        assert strange.data["code"] == "run_not_of_entity"
        assert not Rerating.objects.exists()
