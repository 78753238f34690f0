"""Jobs: enqueue in the transaction of the cause, register a handler by name, report progress from inside it.

enqueue("billing.calculate", params={"run_id": str(run.id)}, legal_entity_id=run.legal_entity_id)

@job_handler("billing.calculate")          # in an app's tasks.py
def calculate(context: JobContext) -> dict[str, Any] | None: ...
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import DateTimeField, DurationField, F, Func, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.context import current_actor
from rachun.apps.base.errors import Conflict
from rachun.apps.base.models import Job, JobRowError
from rachun.apps.base.transactions import assert_in_transaction

LEASE_S = 30
logger = structlog.get_logger(__name__)


class JobAlreadyFinished(Conflict):
    code = "job_already_finished"
    title = _("The job has already finished.")


class JobCancelled(Exception):
    """Raised inside a handler when somebody asked to stop; the runner marks the job."""


class LeaseLost(Exception):
    """Another worker owns the job now. Whatever this one does must not be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a handler may know and say.

    All writes join the transaction that is open, so a chunk and its checkpoint commit together; call checkpoint or
    progress last in a chunk.
    """

    job_id: UUID
    params: Mapping[str, Any]
    legal_entity_id: UUID | None
    created_by: UUID | None
    checkpoint_state: Mapping[str, Any] | None
    lease_owner: str
    is_inline: bool = False  # runs in the caller's transaction: nobody outside can look meanwhile

    def report(self, *, done: int, total: int | None = None) -> None:
        """Say at once how far a transaction is that is still open, and hear whether to stop.

        Written over a connection of its own, so call it before anything else of this job is written. Raises LeaseLost,
        JobCancelled.
        """
        if self.is_inline:
            return
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="job-report") as outside:
            outside.submit(self._report, {"done": done} if total is None else {"done": done, "total": total}).result()

    def _report(self, changes: Mapping[str, Any]) -> None:
        """A dead worker's uncommitted steps are no progress, so `attempts` stays as it is."""
        try:
            held = Job.objects.filter(id=self.job_id, lease_owner=self.lease_owner, state=Job.State.RUNNING)
            if held.update(lease_until=lease_end(), **changes) == 0:
                raise LeaseLost(self.job_id)
            self.raise_if_cancelled()
        finally:
            connection.close()

    def progress(self, *, done: int, total: int | None = None, counts: Mapping[str, int] | None = None) -> None:
        """Raises LeaseLost."""
        changes: dict[str, Any] = {"done": done}
        if total is not None:
            changes["total"] = total
        if counts is not None:
            changes["counts"] = dict(counts)
        self._write(changes)

    def advance(self, *, by: int) -> None:
        """Be so much further: for steps done side by side, of which none knows the others. Raises LeaseLost."""
        self._write({"done": F("done") + by})

    def checkpoint(self, state: Mapping[str, Any], *, done: int | None = None) -> None:
        """Keep where to go on after a crash. Raises LeaseLost."""
        changes: dict[str, Any] = {"checkpoint": dict(state)}
        if done is not None:
            changes["done"] = done
        self._write(changes)

    def add_error(
        self, *, row_no: int, code: str, field: str = "", params: Mapping[str, Any] | None = None, raw: str = ""
    ) -> None:
        """A row that was not taken. The same row told twice, after a crash, stays one."""
        error = JobRowError(
            job_id=self.job_id, row_no=row_no, field=field, code=code, params=dict(params or {}), raw=raw[:2000]
        )
        JobRowError.objects.bulk_create([error], ignore_conflicts=True)

    def raise_if_cancelled(self) -> None:
        if Job.objects.filter(id=self.job_id, cancel_requested_at__isnull=False).exists():
            raise JobCancelled

    def _write(self, changes: Mapping[str, Any]) -> None:
        held = Job.objects.filter(id=self.job_id, lease_owner=self.lease_owner, state=Job.State.RUNNING)
        if held.update(attempts=0, lease_until=lease_end(), **changes) == 0:
            raise LeaseLost(self.job_id)


Handler = Callable[[JobContext], Mapping[str, Any] | None]
_handlers: dict[str, Handler] = {}


def job_handler(kind: str) -> Callable[[Handler], Handler]:
    def register(function: Handler) -> Handler:
        assert _handlers.get(kind, function).__qualname__ == function.__qualname__, f"two handlers for {kind}"
        _handlers[kind] = function
        return function

    return register


@cache
def discover_handlers() -> None:
    """Import the tasks module of every installed app."""
    autodiscover_modules("tasks")


def find_handler(*, kind: str) -> Handler | None:
    discover_handlers()
    return _handlers.get(kind)


def lease_end() -> Any:
    """By the database clock, which all workers share; not the start of the transaction, which may be long ago."""
    instant = Func(function="clock_timestamp", output_field=DateTimeField())
    length = Cast(Value(f"{LEASE_S} seconds"), DurationField())
    return CombinedExpression(instant, "+", length, output_field=DateTimeField())


def enqueue(
    kind: str,
    *,
    params: Mapping[str, Any],
    legal_entity_id: UUID | None = None,
    created_by: UUID | None = None,
    total: int | None = None,
) -> Job:
    """Write the job in the caller's transaction and ring after its commit. params hold JSON scalars only."""
    assert_in_transaction()
    job = Job.objects.create(
        kind=kind,
        params=dict(params),
        legal_entity_id=legal_entity_id,
        created_by=created_by or current_actor().principal_id,
        total=total,
    )
    transaction.on_commit(lambda: ring(job_id=job.id), robust=True)
    return job


def ring(*, job_id: UUID) -> None:
    """Tell the workers. A lost ring is repeated by the sweeper, so a dead queue only delays."""
    from rachun.apps.base.tasks import run_job

    run_job.send(job_id=str(job_id))


def request_cancel(*, job_id: UUID) -> Job:
    """A waiting job ends at once, a running one at its next safe point. Raises JobAlreadyFinished."""
    assert_in_transaction()
    job = Job.objects.select_for_update().get(id=job_id)
    now = timezone.now()  # house: no-clock -- the bookkeeping of jobs is their edge
    if job.state == Job.State.PENDING:
        job.state, job.finished_at = Job.State.CANCELLED, now
    elif job.state != Job.State.RUNNING:
        raise JobAlreadyFinished(job_id=job_id, state=job.state)
    job.cancel_requested_at = job.cancel_requested_at or now
    job.save(update_fields=["state", "finished_at", "cancel_requested_at"])
    return job


def ring_unheard_jobs() -> int:
    """Ring again what waits for more than a few seconds, and what a dead worker left behind; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE base_job SET rung_at = clock_timestamp()
             WHERE id IN (
                SELECT id FROM base_job
                 WHERE (state = 'PENDING' AND created_at < now() - interval '3 seconds'
                        AND (rung_at IS NULL OR rung_at < now() - interval '30 seconds'))
                    OR (state = 'RUNNING' AND lease_until < now()
                        AND (rung_at IS NULL OR rung_at < now() - interval '5 seconds'))
                 ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
            RETURNING id
            """
        )
        unheard = [row[0] for row in cursor.fetchall()]
    for job_id in unheard:
        ring(job_id=job_id)
    if unheard:
        logger.info("jobs_rung_again", count=len(unheard))
    return len(unheard)
