"""The jobs of re-ratings: priced runs, workers that die, orders that are stopped."""

from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from rachun.apps.base.jobs import JobContext, request_cancel
from rachun.apps.base.models import Job
from rachun.apps.identity.models import Branch
from rachun.apps.rating.services import run_rerating
from rachun.apps.usage.models import (
    PricedUsage,
    PricingRun,
    UsageSource,
)
from rest_framework.test import APIClient
from tests.factories.rating import (
    make_price_table,
    make_subscriber,
)
from tests.factories.rerating import (
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
