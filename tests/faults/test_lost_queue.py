"""The queue is only a bell: emptied or dead, it delays work and loses none. One scheduler rings; another one waits."""

from typing import Any

import psycopg
import pytest
from rachun.apps.base.management.commands.scheduler import SCHEDULER_LOCK
from rachun.apps.base.models import Job
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.services.start_calculation import start_calculation
from tests.factories.billing import NOW, make_run, make_town, take_waste

from tests.faults.conftest import Place
from tests.faults.processes import eventually, running_scheduler, running_worker

pytestmark = [pytest.mark.real]
JOBS = 4


def ask_for_calculations(count: int) -> list[Job]:
    """Small towns of one account each."""
    jobs = []
    for _ in range(count):
        town = make_town()
        take_waste(town=town, members="2")
        jobs.append(start_calculation(run_id=make_run(town=town).id, known_until=NOW))
    return jobs


def states(jobs: list[Job]) -> set[str]:
    return {*Job.objects.filter(id__in=[job.id for job in jobs]).values_list("state", flat=True)}


def are_done(jobs: list[Job]) -> bool:
    return states(jobs) == {Job.State.DONE}


def runs_of(jobs: list[Job]) -> set[str]:
    return {*BillRun.objects.filter(id__in=[job.params["run_id"] for job in jobs]).values_list("state", flat=True)}


class TestPendingJobs:
    def test_are_done_after_the_queue_was_emptied(self, place: Place, valkey_of_place: Any) -> None:
        jobs = ask_for_calculations(JOBS)
        valkey_of_place.flushall()

        with running_worker(place.environment) as worker, running_scheduler(place.environment):
            eventually(lambda: are_done(jobs), told=worker.told)

        assert runs_of(jobs) == {BillRun.State.CALCULATED}

    def test_are_done_after_the_queue_was_killed_under_everybody(self, place: Place) -> None:
        with running_worker(place.environment) as worker, running_scheduler(place.environment):
            eventually(lambda: is_held(place), told=worker.told)
            place.valkey.kill()
            jobs = ask_for_calculations(JOBS)
            assert states(jobs) == {Job.State.PENDING}

            place.valkey.start()

            eventually(lambda: are_done(jobs), told=worker.told)
        assert runs_of(jobs) == {BillRun.State.CALCULATED}


class TestSecondScheduler:
    def test_waits_until_the_first_is_killed(self, place: Place, valkey_of_place: Any) -> None:
        with running_scheduler(place.environment) as first:
            holder = eventually(lambda: lock_holder(place), told=first.told)
            with running_scheduler(place.environment) as second:
                eventually(lambda: len(schedulers(place)) >= 2, told=second.told)
                assert lock_holder(place) == holder

                first.kill()

                heir = eventually(lambda: lock_holder(place) not in {None, holder} and lock_holder(place))
                assert heir in schedulers(place)
                [job] = ask_for_calculations(1)
                valkey_of_place.flushall()
                eventually(lambda: was_rung_again(job), told=second.told)


def was_rung_again(job: Job) -> bool:
    return Job.objects.filter(id=job.id, rung_at__isnull=False).exists()


def lock_holder(place: Place) -> int | None:
    """The backend that holds the lock of the schedulers, and never more than one."""
    with psycopg.connect(place.admin_dsn) as admin:
        held = admin.execute(
            "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND l.objid = %s AND l.granted AND d.datname = %s",
            [SCHEDULER_LOCK, place.database],
        ).fetchall()
    assert len(held) <= 1
    return int(held[0][0]) if held else None


def is_held(place: Place) -> bool:
    return lock_holder(place) is not None


def schedulers(place: Place) -> set[int]:
    """The backends that asked for the lock or work under it."""
    with psycopg.connect(place.admin_dsn) as admin:
        found = admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = 'rachun_worker'", [place.database]
        )
        return {int(pid) for (pid,) in found}


@pytest.fixture
def valkey_of_place(place: Place) -> Any:
    import redis

    return redis.Redis.from_url(place.valkey.url)
