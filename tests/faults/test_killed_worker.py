"""kill -9 of a worker in the middle of its work: the sweeper rings again, another worker ends it, nothing twice."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from rachun.apps.base.files import keep_file
from rachun.apps.base.jobs import LEASE_S, enqueue, request_cancel
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.issue_run import RENDER
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from tests.factories.billing import NOW, Town, bill_month, bills_of, make_run, make_town, take_power, take_waste
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

from tests.faults.conftest import Place
from tests.faults.processes import Process, eventually, running_worker

pytestmark = [pytest.mark.real]
MEMBERS_ACCOUNTS, METERED_ACCOUNTS, CHUNK = 180, 20, 10
SEEDS, SEEDS_LONG = range(1, 6), range(6, 51)
CALLS, LOAD_S = 20_000, 1.0  # a load takes a little longer than that
PHONE, CALLED = "380432550101", "380671234567"
PADDING = " " * 400  # a file of two parts, which takes two connections


def populated_town() -> Town:
    town = make_town()
    with transaction.atomic():
        for number in range(MEMBERS_ACCOUNTS):
            take_waste(town=town, members=str(number % 5 + 1))
        for number in range(METERED_ACCOUNTS):
            take_power(town=town, readings={"2025-12-31": "100", "2026-01-31": str(200 + number * 7)})
    return town


def plain(bills: list[Any]) -> list[Any]:
    """Without what another town's counters make different: the account numbers."""
    return [(number.split("/")[0], gross, opening, lines) for number, _account, gross, opening, lines in bills]


@pytest.fixture(scope="module")
def undisturbed(place: Place) -> list[Any]:
    bills = plain(bills_of(bill_month(town=populated_town(), chunk_size=CHUNK)))
    leave_unprinted()
    return bills


class Crew:
    """One worker at work at any time; the next one starts where it was killed."""

    def __init__(self, place: Place) -> None:
        self._environment = place.environment
        self._start()

    def _start(self) -> None:
        self._entered = running_worker(self._environment)
        self.worker: Process = self._entered.__enter__()

    def told(self) -> str:
        """For a failure: what the worker wrote and where the jobs are."""
        jobs = Job.objects.order_by("id").values_list("kind", "state", "attempts", "done", "total", "rung_at")
        return "\n".join([self.worker.told()[-2000:], *map(str, jobs)])

    def leave(self) -> None:
        self._entered.__exit__(None, None, None)

    def replace_killed(self) -> None:
        """The old one dies without a word, and its lease runs out."""
        self.leave()
        self._start()


@pytest.fixture(scope="module")
def crew(place: Place, scheduler: Process) -> Iterator[Crew]:
    made = Crew(place)
    yield made
    made.leave()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    step: str
    done_share: float


def kill_of(seed: int) -> Kill:
    chosen = random.Random(seed)
    return Kill(step=chosen.choice(["calculate", "issue"]), done_share=chosen.uniform(0.05, 0.75))


def current(job: Job) -> Job:
    return Job.objects.get(id=job.id)


def end(job: Job, *, crew: Crew, kill: Kill | None) -> None:
    """Wait for the job, killing its worker once on the way if told so."""
    if kill is not None:
        eventually(lambda: is_past(job, share=kill.done_share), every_s=0.002, told=crew.told)
        crew.worker.kill()
        assert current(job).state == Job.State.RUNNING, "the kill came too late to prove anything"
        lapse(job)
        crew.replace_killed()
    eventually(lambda: current(job).state not in {Job.State.PENDING, Job.State.RUNNING}, told=crew.told)
    assert current(job).state == Job.State.DONE, current(job).failure


def leave_unprinted() -> None:
    """Nobody reads these bills: printing them would only keep the workers from the next seed."""
    with transaction.atomic():
        for job in Job.objects.filter(kind=RENDER, state__in=[Job.State.PENDING, Job.State.RUNNING]):
            request_cancel(job_id=job.id)


def is_past(job: Job, *, share: float) -> bool:
    now = current(job)
    return bool(now.total) and now.done >= share * (now.total or 0)


def lapse(job: Job) -> None:
    """The time of the lease passes. That the real time does the same, the long test shows."""
    Job.objects.filter(id=job.id, state=Job.State.RUNNING).update(lease_until=NOW)


def bill_with_a_kill(*, seed: int, crew: Crew) -> BillRun:
    kill, town = kill_of(seed), populated_town()
    run = make_run(town=town)
    calculation = start_calculation(run_id=run.id, known_until=NOW, chunk_size=CHUNK)
    end(calculation, crew=crew, kill=kill if kill.step == "calculate" else None)
    approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
    end(start_issue(run_id=run.id), crew=crew, kill=kill if kill.step == "issue" else None)
    leave_unprinted()
    run.refresh_from_db()
    return run


def assert_as_undisturbed(*, run: BillRun, undisturbed: list[Any]) -> None:
    assert run.state == BillRun.State.ISSUED
    assert plain(bills_of(run)) == undisturbed
    assert len(undisturbed) == MEMBERS_ACCOUNTS + METERED_ACCOUNTS
    bills = Bill.objects.filter(run_id=run.id).order_by("number")
    values = [int(number.rpartition("-")[2].split("/")[0]) for number in bills.values_list("number", flat=True)]
    assert values == list(range(1, len(undisturbed) + 1))
    dates = list(bills.values_list("document_date", flat=True))
    assert dates == sorted(dates)


class TestKilledWorkerOfABillRun:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_leaves_the_bills_of_an_undisturbed_run(self, undisturbed: list[Any], crew: Crew, seed: int) -> None:
        run = bill_with_a_kill(seed=seed, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)

    @pytest.mark.long
    @pytest.mark.parametrize("seed", SEEDS_LONG)
    def test_leaves_the_same_at_many_more_moments(self, undisturbed: list[Any], crew: Crew, seed: int) -> None:
        run = bill_with_a_kill(seed=seed, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)

    @pytest.mark.long
    def test_is_replaced_after_the_real_time_of_its_lease(
        self, undisturbed: list[Any], crew: Crew, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(f"{__name__}.lapse", lambda _job: None)
        monkeypatch.setattr(f"{__name__}.eventually", with_patience(LEASE_S * 3))

        run = bill_with_a_kill(seed=1, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)

    def test_leaves_books_in_which_everything_holds(self, undisturbed: list[Any]) -> None:
        call_command("check_invariants")


def with_patience(within_s: float) -> Any:
    return lambda look, **options: eventually(look, **{**options, "within_s": within_s})


class TestKilledWorkerOfAUsageLoad:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_leaves_every_call_once(self, crew: Crew, phones: UsageSource, seed: int) -> None:
        job = start_load(source=phones, seed=seed)
        eventually(lambda: current(job).state == Job.State.RUNNING, every_s=0.002, told=crew.told)
        time.sleep(random.Random(seed).uniform(0.0, LOAD_S))

        crew.worker.kill()
        lapse(job)
        crew.replace_killed()

        end(job, crew=crew, kill=None)
        batch = UsageBatch.objects.get(source=phones, name=name_of(seed))
        records = UsageRecord.objects.filter(load_key=batch.id)
        assert batch.added_count == CALLS
        assert records.count() == CALLS
        assert records.values("occurred_at").distinct().count() == CALLS
        assert {*records.values_list("state", flat=True)} == {UsageRecord.State.RATED}
        assert forsaken_tables() == []


@pytest.fixture(scope="module")
def phones(place: Place) -> UsageSource:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    make_subscriber(branch=branch, number=PHONE)
    return make_source(legal_entity=branch.legal_entity, area_code="432")


def start_load(*, source: UsageSource, seed: int) -> Job:
    """A file of calls, one a second, on a day of its own."""
    midnight = datetime(2026, 1, seed, tzinfo=UTC)
    instants = [f"{midnight + timedelta(seconds=second):%d.%m.%Y %H:%M:%S}" for second in range(CALLS)]
    calls = [f"{at}\t60\t{PHONE}\t{PHONE}{PADDING}\t{CALLED}\t{CALLED}\t0\t1\t0\t60" for at in instants]
    params = {"name": name_of(seed), "sha256": keep_file(content="\n".join(calls).encode())}
    with transaction.atomic():
        return enqueue(
            "rating.load_usage",
            params={**params, "source_id": str(source.id)},
            legal_entity_id=source.legal_entity_id,
        )


def forsaken_tables() -> list[str]:
    """Tables of batches that nobody attached."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class
                WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^usage_usagerecord_'"""
        )
        return [name for (name,) in cursor.fetchall()]


def name_of(seed: int) -> str:
    return f"calls-{seed}.txt"
