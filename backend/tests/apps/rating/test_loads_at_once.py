"""Loads that run while somebody looks on, asks them to stop, or loads beside them: on committed data."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any, LiteralString

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from rachun.apps.agreements.models import ServiceAgreement, TariffAssignment
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_claimed_job
from rachun.apps.base.jobs import enqueue, request_cancel
from rachun.apps.base.models import Job
from rachun.apps.usage.models import BundleCounter, UsageBatch, UsageKey, UsageRecord, UsageSource
from tests.factories.metering import make_agreement
from tests.factories.rating import PHONE_TARIFF, give_number, make_plan, make_price_table, make_telecom
from tests.factories.sessions import PATIENCE_S, wait_until, waiting_sessions
from tests.factories.usage import make_source

pytestmark = pytest.mark.usefixtures("fresh_database")
KOVAL, OTHER, MOBILE = "380432550101", "380432550102", "380671234567"
TURN: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))"
ATTACH: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('attach_load', 0))"
KEYS: LiteralString = "LOCK TABLE usage_usagekey IN SHARE MODE"
COUNTERS: LiteralString = "SELECT 1 FROM usage_bundlecounter FOR UPDATE"
PADDING = 1_900  # long lines make a file of several parts out of few calls
CALLS = 9_000


def call(at: str, *, caller: str = KOVAL, seconds: int = 60, padding: int = 0) -> str:
    return f"{at}\t{seconds}\t{caller}\t{caller}{' ' * padding}\t\t{MOBILE}\t0\t1\t0\t{seconds}"


def load_of(source: UsageSource, *lines: str) -> Job:
    content = "\n".join(lines).encode()
    return job_of("rating.load_usage", source, name="calls.txt", sha256=keep_file(content=content))


def job_of(kind: str, source: UsageSource, **params: str) -> Job:
    with transaction.atomic():
        return enqueue(kind, params={"source_id": str(source.id), **params})


@contextmanager
def running(*jobs: Job) -> Iterator[None]:
    """Each as a worker runs it, on a connection of its own; all have ended when the block is left."""

    def work(job: Job) -> None:
        try:
            run_claimed_job(job_id=job.id)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(PATIENCE_S)


@contextmanager
def held(owner: psycopg.Connection[Any], statement: LiteralString, *params: object) -> Iterator[Callable[[], object]]:
    """Whoever asks for what the statement locks waits until the block says go."""
    owner.execute("BEGIN")
    owner.execute(statement, params)
    try:
        yield lambda: owner.execute("COMMIT")
    finally:
        owner.execute("ROLLBACK")


def current(job: Job) -> Job:
    return Job.objects.get(id=job.id)


@pytest.fixture
def source() -> UsageSource:
    """90 seconds to mobiles are included; beyond, a minute costs 0.96."""
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    agreement = make_agreement(branch=branch, service="PHONE", served=(date(2025, 1, 1), None))
    [calls, *others] = PHONE_TARIFF["components"]
    included = {"seconds": 90, "destinations": ["mobile"]}
    make_plan(agreement=agreement, body={**PHONE_TARIFF, "components": [{**calls, "included": included}, *others]})
    give_number(agreement=agreement, number=KOVAL)
    return make_source(legal_entity=branch.legal_entity)


class TestALoadThatRuns:
    def test_says_how_far_it_is_while_nothing_of_it_is_seen(
        self, source: UsageSource, owner_sql: psycopg.Connection[Any]
    ) -> None:
        job = load_of(source, *[call(f"05.01.2026 10:00:{n % 60:02d}", padding=PADDING) for n in range(CALLS)])

        with held(owner_sql, KEYS) as go, running(job):
            wait_until(lambda: waiting_sessions() == 1)
            told, seen = current(job).done, (UsageRecord.objects.count(), UsageBatch.objects.count())
            go()

        assert 0 < told < CALLS
        assert seen == (0, 0)
        assert (current(job).state, current(job).result["added"]) == (Job.State.DONE, CALLS)

    def test_stops_when_asked_and_leaves_nothing_behind(
        self, source: UsageSource, owner_sql: psycopg.Connection[Any]
    ) -> None:
        job = load_of(source, call("05.01.2026 12:00:00"))

        with held(owner_sql, TURN, str(source.id)) as go, running(job):
            wait_until(lambda: current(job).state == Job.State.RUNNING)
            with transaction.atomic():
                request_cancel(job_id=job.id)
            go()

        assert current(job).state == Job.State.CANCELLED
        left = [model.objects.count() for model in (UsageBatch, UsageKey, UsageRecord)]  # type: ignore[attr-defined]
        assert left == [0, 0, 0]
        again = load_of(source, call("05.01.2026 12:00:00"))
        with running(again):
            pass
        assert current(again).result["added"] == 1


class TestABundleUnderTwoLoads:
    def test_is_taken_once_by_two_sources_that_load_together(
        self, source: UsageSource, owner_sql: psycopg.Connection[Any]
    ) -> None:
        second = make_source(legal_entity=source.legal_entity)
        jobs = [load_of(source, call("05.01.2026 12:00:00")), load_of(second, call("05.01.2026 11:00:00"))]

        with held(owner_sql, ATTACH) as go, running(*jobs):
            wait_until(lambda: waiting_sessions() == len(jobs))
            go()

        assert_taken_once()

    def test_is_taken_once_by_a_load_and_a_release_from_suspense(
        self, source: UsageSource, owner_sql: psycopg.Connection[Any]
    ) -> None:
        first = load_of(source, call("05.01.2026 08:00:00", caller=OTHER), call("05.02.2026 08:00:00", seconds=1))
        with running(first):
            pass
        agreement = UsageRecord.objects.get(state="RATED").agreement
        give_number(agreement=agreement, number=OTHER, held=(date(2025, 1, 1), None))
        BundleCounter.objects.create(agreement=agreement, component="calls", month=date(2026, 1, 1), used_s=0)
        second = make_source(legal_entity=source.legal_entity)
        jobs = [job_of("rating.release_suspended", source), load_of(second, call("05.01.2026 12:00:00"))]

        with held(owner_sql, COUNTERS) as go, running(*jobs):
            wait_until(lambda: waiting_sessions() == len(jobs))
            go()

        assert_taken_once()


class TestABundleOfAnAccountUnderALoad:
    """Both numbers of an account draw on one bundle of 90 s: who shares it is read from agreements, which a load shuts
    when it attaches its records.
    """

    @pytest.fixture
    def sharing(self) -> UsageSource:
        branch = make_telecom()
        make_price_table(legal_entity=branch.legal_entity)
        [calls, *others] = PHONE_TARIFF["components"]
        shared = {"seconds": 45, "destinations": ["mobile"], "shared_by": "ACCOUNT"}
        first = make_agreement(branch=branch, service="PHONE", served=(date(2025, 1, 1), None))
        plan = make_plan(agreement=first, body={**PHONE_TARIFF, "components": [{**calls, "included": shared}, *others]})
        second = make_agreement(branch=branch, service="PHONE", account=first.account, served=(date(2025, 1, 1), None))
        TariffAssignment.objects.create(
            agreement=second, plan=plan, valid_from=date(2025, 1, 1), recorded_at=timezone.now()
        )
        give_number(agreement=first, number=KOVAL)
        for agreement in (first, second):
            BundleCounter.objects.create(agreement=agreement, component="calls", month=date(2026, 1, 1), used_s=0)
        return make_source(legal_entity=branch.legal_entity)

    def one_after_the_other(self, owner: psycopg.Connection[Any], *jobs: Job) -> None:
        """Each waits for the bundle behind the one before it."""
        with held(owner, COUNTERS) as go, ExitStack() as stack:
            for place, job in enumerate(jobs, start=1):
                stack.enter_context(running(job))
                wait_until(lambda place=place: waiting_sessions() == place)  # type: ignore[misc]
            go()
        assert [current(job).state for job in jobs] == [Job.State.DONE] * len(jobs)

    def test_is_waited_for_by_a_release_that_keeps_no_table_open(
        self, sharing: UsageSource, owner_sql: psycopg.Connection[Any]
    ) -> None:
        with running(load_of(sharing, call("05.01.2026 08:00:00", caller=OTHER))):
            pass
        other = ServiceAgreement.objects.exclude(resources__resource__identifier=KOVAL).get()
        give_number(agreement=other, number=OTHER)
        loading = load_of(make_source(legal_entity=sharing.legal_entity), call("05.01.2026 12:00:00"))

        self.one_after_the_other(owner_sql, loading, job_of("rating.release_suspended", sharing))

        assert_shared_once()

    def test_is_waited_for_by_another_load_that_keeps_no_table_open(
        self, sharing: UsageSource, owner_sql: psycopg.Connection[Any]
    ) -> None:
        second = make_source(legal_entity=sharing.legal_entity)
        jobs = [load_of(source, call(f"05.01.2026 1{n}:00:00")) for n, source in enumerate([sharing, second])]

        self.one_after_the_other(owner_sql, *jobs)

        assert_shared_once()


def assert_shared_once() -> None:
    """60 s of the account's 90 for whoever came first, 30 for the other."""
    january = UsageRecord.objects.filter(usage_date__month=1)
    assert sorted(january.values_list("covered_s", "amount_micro")) == [(30, 480_000), (60, 0)]
    assert sum(BundleCounter.objects.values_list("used_s", flat=True)) == 90


def assert_taken_once() -> None:
    """Whoever came first has 60 s of the 90, the other one 30 and pays for 30."""
    january = UsageRecord.objects.filter(usage_date__month=1)
    assert sorted(january.values_list("covered_s", "amount_micro")) == [(30, 480_000), (60, 0)]
    assert BundleCounter.objects.get(month=date(2026, 1, 1)).used_s == 90
