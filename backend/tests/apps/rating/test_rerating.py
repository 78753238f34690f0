"""The price of a minute to mobiles was 0.96 in the list and should have been 0.48; some calls are billed already."""

from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.jobs import JobContext, enqueue, request_cancel
from rachun.apps.base.models import AuditRow, Job
from rachun.apps.catalog.models import DestinationRate
from rachun.apps.identity.models import Branch
from rachun.apps.rating.services import rerate_calls, run_rerating
from rachun.apps.resources.models import Resource
from rachun.apps.usage.models import (
    BundleCounter,
    PricedUsage,
    PricingRun,
    ReratedCall,
    Rerating,
    UsageRecord,
    UsageSource,
)
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.metering import make_agreement
from tests.factories.rating import (
    PHONE_TARIFF,
    give_number,
    make_plan,
    make_price_table,
    make_subscriber,
    make_telecom,
)
from tests.factories.usage import make_source

pytestmark = pytest.mark.django_db
KOVAL, SHEVA, MOBILE, LOCAL = "380432550101", "380432550102", "380671234567", "380432550900"
JANUARY = {"from_date": "2026-01-01", "to_date": "2026-02-01"}


@pytest.fixture
def branch() -> Branch:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    return branch


@pytest.fixture
def source(branch: Branch) -> UsageSource:
    return make_source(legal_entity=branch.legal_entity)


@pytest.fixture
def client(branch: Branch) -> APIClient:
    return client_of(make_operator(entity=branch.legal_entity))


def load(source: UsageSource, *lines: str) -> None:
    file = keep_file(content="\n".join(lines).encode())
    with transaction.atomic():
        job = enqueue("rating.load_usage", params={"source_id": str(source.id), "name": "f", "sha256": file})
    assert run_job_now(job.id).state == Job.State.DONE


def call(at: str, called: str = MOBILE, *, caller: str = KOVAL, seconds: int = 60) -> str:
    return f"{at}\t{seconds}\t{caller}\t{caller}\t{called}\t{called}\t0\t1\t0\t{seconds}"


def correct(prefix: str, *, price: str | None, table: str = "calls") -> None:
    """None: the prefix is priced no more."""
    [wrong] = DestinationRate.objects.filter(prefix=prefix, table__code=table, superseded_at__isnull=True)
    DestinationRate.objects.filter(id=wrong.id).update(superseded_at=timezone.now())
    if price is not None:
        wrong.id, wrong.price_per_minute, wrong.recorded_at = uuid4(), price, timezone.now()
        wrong.save(force_insert=True)


def bill(*, hour: int) -> UUID:
    bill_id = uuid4()
    assert UsageRecord.objects.filter(occurred_at__hour=hour).update(state="BILLED", bill_id=bill_id) == 1
    return bill_id


def post(client: APIClient, address: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/v1/{address}", body or {}, format="json", headers={"Idempotency-Key": str(uuid4())})


def rehearse(client: APIClient, branch: Branch, **asked: Any) -> str:
    body = {"legal_entity_id": str(branch.legal_entity_id), **JANUARY, "why": "list corrected", **asked}
    answer = post(client, "reratings", body)
    assert answer.status_code == 202, answer.content
    assert run_job_now(UUID(answer.data["job"]["id"])).state == Job.State.DONE
    return str(answer.data["rerating"]["id"])


def apply(client: APIClient, rerating_id: str) -> Job:
    answer = post(client, f"reratings/{rerating_id}/apply")
    assert answer.status_code == 202, answer.content
    return run_job_now(UUID(answer.data["id"]))


def told(client: APIClient, rerating_id: str, what: str = "") -> Any:
    answer = client.get(f"/api/v1/reratings/{rerating_id}{what}")
    assert answer.status_code == 200, answer.content
    return answer.data["results"] if what else answer.data


def stored() -> list[tuple[int, str, int | None, int | None]]:
    """By start: hour in UTC, state, seconds covered, amount."""
    found = UsageRecord.objects.order_by("occurred_at")
    return [(one.occurred_at.hour, one.state, one.covered_s, one.amount_micro) for one in found]


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


class TestBundlesOfARerating:
    @pytest.fixture(autouse=True)
    def subscriber(self, branch: Branch) -> None:
        """90 seconds to mobiles a month are included."""
        agreement = make_agreement(branch=branch, service="PHONE", served=(date(2025, 1, 1), None))
        [calls, *others] = PHONE_TARIFF["components"]
        included = {"seconds": 90, "destinations": ["mobile"]}
        make_plan(agreement=agreement, body={**PHONE_TARIFF, "components": [{**calls, "included": included}, *others]})
        give_number(agreement=agreement, number=KOVAL)

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


class TestARunOfARerating:
    """The carrier takes 0.30 a minute to mobiles, by the second; the tariff's prices are another thing."""

    @pytest.fixture
    def run_id(self, branch: Branch, source: UsageSource) -> str:
        make_price_table(
            legal_entity=branch.legal_entity, code="carrier", prices={"38067": ("mobile carrier", "0.30", 1, 1)}
        )
        make_subscriber(branch=branch, number=KOVAL)
        load(source, call("05.01.2026 12:00:00"), call("05.01.2026 13:00:00", LOCAL), call("01.02.2026 13:00:00"))
        told = ("--source", str(source.id), "--run", "carrier", "--table", "carrier")
        call_command("price_usage", *told, stdout=StringIO())
        return str(PricingRun.objects.get().id)

    def costs(self) -> list[tuple[int, int | None, str]]:
        return list(PricedUsage.objects.order_by("record_no").values_list("record_no", "amount_micro", "reason"))

    def test_gets_the_prices_of_today_also_for_billed_calls(
        self, branch: Branch, run_id: str, client: APIClient
    ) -> None:
        bill(hour=10)
        correct("38067", price="0.12", table="carrier")

        rerating = rehearse(client, branch, run_id=run_id)
        before = self.costs()
        apply(client, rerating)

        assert before == [(1, 300_000, ""), (2, None, "NO_RATE"), (3, 300_000, "")]
        assert self.costs() == [(1, 120_000, ""), (2, None, "NO_RATE"), (3, 300_000, "")]
        assert told(client, rerating)["counts"]["changed"] == 1
        [row] = told(client, rerating, "/calls")
        assert (row["was"], row["now"], row["difference"]) == ("0.300000", "0.120000", "-0.180000")
        assert {amount for _hour, state, _covered, amount in stored() if state == "BILLED"} == {960_000}

    def test_lets_a_call_be_without_a_cost_that_has_none_any_more(
        self, branch: Branch, run_id: str, client: APIClient
    ) -> None:
        correct("38067", price=None, table="carrier")
        rerating = rehearse(client, branch, run_id=run_id)

        apply(client, rerating)

        assert self.costs()[0] == (1, None, "NO_RATE")
        [row] = told(client, rerating, "/calls")
        assert (row["standing"], row["was"], row["now"]) == ("UNPRICED", "0.300000", None)


class TestAJobOfARerating:
    @pytest.fixture(autouse=True)
    def two_subscribers(self, branch: Branch, source: UsageSource, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rachun.apps.rating.services.order_rerating.CHUNK", 1)
        for number in (KOVAL, SHEVA):
            make_subscriber(branch=branch, number=number)
        load(source, call("05.01.2026 12:00:00"), call("05.01.2026 13:00:00", caller=SHEVA))
        correct("38067", price="0.48")

    def test_goes_on_where_it_was_killed(self, branch: Branch, client: APIClient) -> None:
        rerating = rehearse(client, branch)
        job = Job.objects.get(id=post(client, f"reratings/{rerating}/apply").data["id"])
        Job.objects.filter(id=job.id).update(state=Job.State.RUNNING, lease_owner="a")

        with pytest.raises(Killed):
            run_rerating(rerating_id=UUID(rerating), context=context_of(job), is_applied=True, clock=dying())
        job.refresh_from_db()
        assert sorted(amount for *_rest, amount in stored()) == [480_000, 960_000]
        run_rerating(rerating_id=UUID(rerating), context=context_of(job), is_applied=True, clock=timezone.now)

        assert [amount for *_rest, amount in stored()] == [480_000, 480_000]
        assert told(client, rerating)["counts"]["changed"] == 2

    def test_may_be_started_again_after_it_was_stopped(self, branch: Branch, client: APIClient) -> None:
        rerating = rehearse(client, branch)
        job_id = UUID(post(client, f"reratings/{rerating}/apply").data["id"])
        assert post(client, f"reratings/{rerating}/apply").data["code"] == "rerating_not_rehearsed"
        with transaction.atomic():
            request_cancel(job_id=job_id)

        apply(client, rerating)

        assert [amount for *_rest, amount in stored()] == [480_000, 480_000]
        assert post(client, f"reratings/{rerating}/apply").status_code == 409

    def test_finds_nothing_to_do_when_everything_is_right(self, branch: Branch, client: APIClient) -> None:
        apply(client, rehearse(client, branch))

        again = rehearse(client, branch)

        assert told(client, again)["counts"]["changed"] == 0
        assert told(client, again, "/calls") == []


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


class Killed(BaseException):
    """The worker died."""


def dying() -> Any:
    moments: Iterator[datetime] = iter([timezone.now()])

    def clock() -> datetime:
        try:
            return next(moments)
        except StopIteration:
            raise Killed from None

    return clock


def context_of(job: Job) -> JobContext:
    return JobContext(
        job_id=job.id,
        params=job.params,
        legal_entity_id=job.legal_entity_id,
        created_by=job.created_by,
        checkpoint_state=job.checkpoint,
        lease_owner="a",
        is_inline=True,
    )
