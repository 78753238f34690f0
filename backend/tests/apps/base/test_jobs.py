"""Jobs: rung after commit, claimed once, resumed after a death, cancelled at a safe point."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone
from rachun.apps.base import jobs, tasks
from rachun.apps.base.errors import Refused
from rachun.apps.base.job_runner import claim, run_claimed_job, run_job_now
from rachun.apps.base.jobs import JobContext, LeaseLost, enqueue, job_handler, request_cancel, ring_unheard_jobs
from rachun.apps.base.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(tasks.run_job, "send", lambda *, job_id: heard.append(job_id))
    return heard


@pytest.fixture
def kind() -> Iterator[str]:
    name = f"test.{uuid4().hex}"
    yield name
    jobs._handlers.pop(name, None)


def make_job(kind: str, **columns: Any) -> Job:
    return Job.objects.create(kind=kind, **columns)


class TestEnqueue:
    def test_rings_only_after_the_commit(
        self, kind: str, rung: list[str], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            job = enqueue(kind, params={"run_id": "1"})
            assert rung == []

        assert rung == [str(job.id)]

    def test_leaves_nothing_when_its_cause_is_undone(self, kind: str, rung: list[str]) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            enqueue(kind, params={})
            _ = 1 / 0

        assert not Job.objects.filter(kind=kind).exists()
        assert rung == []


class TestRunning:
    def test_keeps_result_progress_and_row_errors(self, kind: str) -> None:
        @job_handler(kind)
        def load(context: JobContext) -> dict[str, Any]:
            context.add_error(row_no=7, code="meter_unknown", field="serial", params={"serial": "A1"}, raw="A1;5")
            context.add_error(row_no=7, code="meter_unknown", field="serial")
            context.progress(done=2, total=3, counts={"loaded": 2})
            return {"loaded": 2}

        job = run_job_now(make_job(kind).id)

        assert (job.state, job.result, job.done, job.total) == ("DONE", {"loaded": 2}, 2, 3)
        assert [error.row_no for error in job.row_errors.all()] == [7]

    def test_delivered_twice_runs_once(self, kind: str) -> None:
        runs = []
        job_handler(kind)(lambda context: runs.append(context.job_id))
        job = make_job(kind)

        assert run_claimed_job(job_id=job.id, is_inline=True)
        assert not run_claimed_job(job_id=job.id, is_inline=True)
        assert len(runs) == 1

    def test_of_a_kind_no_worker_knows_waits_for_a_newer_worker(self, kind: str) -> None:
        job = make_job(kind)

        assert not run_claimed_job(job_id=job.id, is_inline=True)
        job.refresh_from_db()
        assert job.state == Job.State.PENDING

    def test_goes_on_from_the_checkpoint_after_a_death(self, kind: str) -> None:
        done: list[int] = []

        @job_handler(kind)
        def calculate(context: JobContext) -> None:
            start = (context.checkpoint_state or {"next": 0})["next"]
            for number in range(start, 4):
                done.append(number)
                context.checkpoint({"next": number + 1})
                if number == 1 and len(done) == 2:
                    raise OperationalError("the database went away")

        job = make_job(kind)
        with pytest.raises(OperationalError):
            run_claimed_job(job_id=job.id, is_inline=True)
        Job.objects.filter(id=job.id).update(lease_until=timezone.now() - timedelta(seconds=1))
        run_claimed_job(job_id=job.id, is_inline=True)

        assert done == [0, 1, 2, 3]
        assert Job.objects.get(id=job.id).state == Job.State.DONE

    def test_cannot_write_once_another_worker_took_over(self, kind: str) -> None:
        job = make_job(kind)
        claim(job_id=job.id, owner="slow")
        Job.objects.filter(id=job.id).update(lease_until=timezone.now() - timedelta(seconds=1))
        claim(job_id=job.id, owner="quick")
        slow = JobContext(
            job_id=job.id, params={}, legal_entity_id=None, created_by=None, checkpoint_state=None, lease_owner="slow"
        )

        with pytest.raises(LeaseLost):
            slow.progress(done=1)

    def test_gives_up_on_a_job_that_kills_every_worker(self, kind: str) -> None:
        job_handler(kind)(lambda context: None)
        job = make_job(kind, attempts=5)

        run_claimed_job(job_id=job.id, is_inline=True)

        assert Job.objects.get(id=job.id).state == Job.State.FAILED

    def test_ends_failed_with_the_code_of_a_refusal(self, kind: str) -> None:
        @job_handler(kind)
        def refuse(context: JobContext) -> None:
            raise Refused(run_id=5)

        assert run_job_now(make_job(kind).id).failure == "refused(run_id=5)"


class TestCancelling:
    def test_ends_a_waiting_job_at_once(self, kind: str) -> None:
        assert request_cancel(job_id=make_job(kind).id).state == Job.State.CANCELLED

    def test_ends_a_running_job_at_its_next_safe_point(self, kind: str) -> None:
        @job_handler(kind)
        def work(context: JobContext) -> None:
            with transaction.atomic():
                request_cancel(job_id=context.job_id)
            context.raise_if_cancelled()

        assert run_job_now(make_job(kind).id).state == Job.State.CANCELLED


class TestSweeper:
    def test_rings_what_was_not_heard_and_what_a_dead_worker_left(self, kind: str, rung: list[str]) -> None:
        past = timezone.now() - timedelta(minutes=1)
        unheard = make_job(kind, created_at=past)
        left = make_job(kind, created_at=past, state="RUNNING", lease_until=past)
        make_job(kind, created_at=past, state="RUNNING", lease_until=timezone.now() + timedelta(minutes=1))
        make_job(kind, created_at=past, state="DONE")

        assert ring_unheard_jobs() == 2
        assert set(rung) == {str(unheard.id), str(left.id)}
        assert ring_unheard_jobs() == 0
