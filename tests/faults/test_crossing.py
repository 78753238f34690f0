"""Two transactions in each other's way: tried again a few times, then told; what was half done is not there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from rachun.apps.base import jobs
from rachun.apps.base.job_runner import DEATHS_MAX, run_claimed_job
from rachun.apps.base.jobs import JobContext, job_handler
from rachun.apps.base.models import Job
from rachun.apps.customers.models import Account
from tests.factories.billing import make_town
from tests.factories.metering import make_account

from tests.faults.conftest import Place
from tests.faults.processes import eventually

pytestmark = [pytest.mark.real]
KIND = "test.crossing"
LOCK = "SELECT FROM customers_account WHERE id = %s FOR UPDATE"
CHANGE = "UPDATE customers_account SET updated_at = now() WHERE id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Somebody else's transaction, which is never the one that the database chooses to end."""

    place: Place
    first: UUID
    second: UUID

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        dsn = self.place.admin_dsn.replace("dbname=postgres", f"dbname={self.place.database}")
        with psycopg.connect(dsn) as other:
            other.execute("SET deadlock_timeout = '1min'")
            yield other
            other.rollback()

    @contextmanager
    def waiting_for_the_first(self) -> Iterator[None]:
        """Holds the second row, and by now waits for the first."""
        with self.connected() as other:
            other.execute(LOCK, [self.second])
            waiting = threading.Thread(target=lambda: other.execute(LOCK, [self.first]))
            waiting.start()
            eventually(lambda: is_waiting(self.place, pid=other.info.backend_pid), every_s=0.005)
            yield
            waiting.join()

    @contextmanager
    def holding_the_second(self) -> Iterator[None]:
        with self.connected() as other:
            other.execute(LOCK, [self.second])
            yield

    def change_the_second(self) -> None:
        with self.connected() as other:
            other.execute(CHANGE, [self.second])
            other.commit()


def is_waiting(place: Place, *, pid: int) -> bool:
    with psycopg.connect(place.admin_dsn) as admin:
        row = admin.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
    return row is not None and row[0] == "Lock"


@pytest.fixture(scope="module")
def other(place: Place) -> Other:
    """Deadlocks are looked for after 50 ms and not after a second."""
    with psycopg.connect(place.admin_dsn, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {place.database} SET deadlock_timeout = '50ms'")
    connection.close()
    branch = make_town().branch
    return Other(place=place, first=make_account(branch=branch).id, second=make_account(branch=branch).id)


def deadlock(other: Other) -> None:
    mark(other)
    with other.waiting_for_the_first():
        try:
            touch(other.second)
        except BaseException:
            connection.connection.rollback()  # lets the other one go on
            raise


def serialisation(other: Other) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    mark(other)
    other.change_the_second()
    touch(other.second)


def lock_not_given(other: Other) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '20ms'")
    mark(other)
    with other.holding_the_second():
        touch(other.second)


def mark(other: Other) -> None:
    """What must not be there once the transaction was undone."""
    Account.objects.filter(id=other.first).update(number="half-done")


def touch(account_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CHANGE, [account_id])


CONFLICTS = [deadlock, serialisation, lock_not_given]


@pytest.fixture
def work(other: Other) -> Iterator[Callable[..., Job]]:
    """A job of two steps in one transaction: it marks an account, then runs into the conflict so many times."""

    def make(conflict: Callable[[Other], None], *, times: int) -> Job:
        tries = iter(range(times))

        @job_handler(KIND)
        def handle(context: JobContext) -> None:
            with transaction.atomic():
                if next(tries, None) is not None:
                    conflict(other)
                Account.objects.filter(id=other.first).update(number=f"done-{context.job_id.hex[-6:]}")

        return Job.objects.create(kind=KIND)

    yield make
    jobs._handlers.pop(KIND, None)


def number_of(account_id: UUID) -> str:
    return str(Account.objects.values_list("number", flat=True).get(id=account_id))


class TestJobInTheWayOfAnother:
    @pytest.mark.parametrize("conflict", CONFLICTS)
    def test_is_tried_again_and_ends(
        self, other: Other, work: Callable[..., Job], conflict: Callable[[Other], None]
    ) -> None:
        job, before = work(conflict, times=1), number_of(other.first)

        run_claimed_job(job_id=job.id)
        job.refresh_from_db()
        assert (job.state, number_of(other.first)) == (Job.State.PENDING, before)

        run_claimed_job(job_id=job.id)
        job.refresh_from_db()
        assert (job.state, job.failure) == (Job.State.DONE, "")
        assert number_of(other.first) == f"done-{job.id.hex[-6:]}"

    @pytest.mark.parametrize("conflict", CONFLICTS)
    def test_is_given_up_visibly_after_the_last_try(
        self, other: Other, work: Callable[..., Job], conflict: Callable[[Other], None]
    ) -> None:
        job, before = work(conflict, times=100), number_of(other.first)

        for _ in range(DEATHS_MAX):
            run_claimed_job(job_id=job.id)
            assert Job.objects.get(id=job.id).state == Job.State.PENDING
        run_claimed_job(job_id=job.id)

        job.refresh_from_db()
        assert (job.state, job.failure) == (Job.State.FAILED, "gave_up_after_repeated_conflicts")
        assert not run_claimed_job(job_id=job.id)
        assert number_of(other.first) == before
