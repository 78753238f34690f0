"""A month of a small town, billed by real workers while something breaks, and what it has to be equal to."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from rachun.apps.base.jobs import request_cancel
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.billing.services.issue_run import RENDER
from tests.factories.billing import NOW, Town, bills_of, make_town, take_power, take_waste

from tests.faults.processes import Process, eventually, running_worker

MEMBERS_ACCOUNTS, METERED_ACCOUNTS, CHUNK = 180, 20, 10


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


class Crew:
    """One worker at work at any time; the next one starts where it was killed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
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


def current(job: Job) -> Job:
    return Job.objects.get(id=job.id)


def has_ended(job: Job) -> bool:
    return current(job).state not in {Job.State.PENDING, Job.State.RUNNING}


def await_end(job: Job, *, told: Callable[[], str]) -> None:
    """Done, and not merely over."""
    eventually(lambda: has_ended(job), told=told)
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


def assert_as_undisturbed(*, run: BillRun, undisturbed: list[Any]) -> None:
    assert run.state == BillRun.State.ISSUED
    assert plain(bills_of(run)) == undisturbed
    assert len(undisturbed) == MEMBERS_ACCOUNTS + METERED_ACCOUNTS
    bills = Bill.objects.filter(run_id=run.id).order_by("number")
    values = [int(number.rpartition("-")[2].split("/")[0]) for number in bills.values_list("number", flat=True)]
    assert values == list(range(1, len(undisturbed) + 1))
    dates = list(bills.values_list("document_date", flat=True))
    assert dates == sorted(dates)
