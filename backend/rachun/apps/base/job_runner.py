"""Running one job: claim it by lease, keep the lease alive, end it in a named state."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from rachun.apps.base.context import Actor, acting
from rachun.apps.base.errors import DomainError
from rachun.apps.base.jobs import LEASE_S, Handler, JobCancelled, JobContext, LeaseLost, find_handler, lease_end
from rachun.apps.base.models import Job
from rachun.values.ids import uuid7

DEATHS_MAX = 5  # worker deaths, or conflicts, in a row without any progress
# Two transactions stood in each other's way: serialisation, deadlock, a lock that was not given. Each may try again.
CONFLICTS = frozenset({"40001", "40P01", "55P03"})
CONFLICT = "database_conflict"
logger = structlog.get_logger(__name__)


def run_claimed_job(*, job_id: UUID, is_inline: bool = False) -> bool:
    """Claim and run the job; False when it is finished, cancelled, another worker's, or for a newer worker.

    Database failures leave the lease to run out, so the sweeper hands the job on. What got into the way of another
    transaction is given back at once, to be tried again.
    """
    kind = Job.objects.filter(id=job_id).values_list("kind", flat=True).first()
    handler = find_handler(kind=kind) if kind else None
    if handler is None:
        logger.warning("job_kind_unknown", job_id=str(job_id), kind=kind)
        return False
    owner = str(uuid7())
    job = claim(job_id=job_id, owner=owner)
    if job is None:
        return False
    if job.attempts > DEATHS_MAX:
        reason = "conflicts" if job.failure == CONFLICT else "worker_deaths"
        finish(job=job, state=Job.State.FAILED, failure=f"gave_up_after_repeated_{reason}")
        return True
    context = JobContext(
        job_id=job.id,
        params=job.params,
        legal_entity_id=job.legal_entity_id,
        created_by=job.created_by,
        checkpoint_state=job.checkpoint,
        lease_owner=owner,
        is_inline=is_inline,
    )
    with acting(Actor(principal_id=job.created_by, request_id=str(job.id))):
        run_handler(job=job, handler=handler, context=context, is_inline=is_inline)
    return True


def run_handler(*, job: Job, handler: Handler, context: JobContext, is_inline: bool) -> None:
    try:
        with nullcontext() if is_inline else heartbeat(job_id=job.id, owner=context.lease_owner):
            result = handler(context)
    except JobCancelled:
        finish(job=job, state=Job.State.CANCELLED)
    except LeaseLost:
        logger.warning("job_lease_lost", job_id=str(job.id), kind=job.kind)
    except (OperationalError, InterfaceError) as error:
        if is_inline or getattr(error.__cause__, "sqlstate", None) not in CONFLICTS:
            logger.warning("job_database_lost", job_id=str(job.id), kind=job.kind, exc_info=True)
            raise
        logger.warning("job_conflict", job_id=str(job.id), kind=job.kind, attempts=job.attempts, exc_info=True)
        give_back(job=job)
    except DomainError as refusal:
        logger.info("job_refused", job_id=str(job.id), kind=job.kind, code=refusal.code)
        finish(job=job, state=Job.State.FAILED, failure=str(refusal))
    except Exception as error:
        logger.exception("job_failed", job_id=str(job.id), kind=job.kind)
        finish(job=job, state=Job.State.FAILED, failure=f"internal_error({type(error).__name__})")
        if is_inline:
            raise
    else:
        finish(job=job, state=Job.State.DONE, result=dict(result or {}))


def claim(*, job_id: UUID, owner: str) -> Job | None:
    """One UPDATE decides between two workers; a running job is taken over only after its lease.

    By the clock of the database, as the lease itself: a worker whose own clock is wrong takes and leaves the same.
    """
    free = Q(state=Job.State.PENDING) | Q(state=Job.State.RUNNING, lease_until__lt=Now())
    won = Job.objects.filter(free, id=job_id).update(
        state=Job.State.RUNNING,
        lease_owner=owner,
        lease_until=lease_end(),
        attempts=F("attempts") + 1,
        started_at=Now(),
    )
    return Job.objects.get(id=job_id) if won else None


def give_back(*, job: Job) -> None:
    """Let the sweeper ring it again, unless another worker owns it by now."""
    held = Job.objects.filter(id=job.id, lease_owner=job.lease_owner, state=Job.State.RUNNING)
    held.update(state=Job.State.PENDING, failure=CONFLICT, lease_until=None, rung_at=None)


def finish(*, job: Job, state: Job.State, result: dict[str, object] | None = None, failure: str = "") -> None:
    """End the job unless another worker owns it by now."""
    held = Job.objects.filter(id=job.id, lease_owner=job.lease_owner, state=Job.State.RUNNING)
    now = timezone.now()  # house: no-clock -- the bookkeeping of jobs is their edge
    held.update(state=state, result=result or {}, failure=failure, finished_at=now, lease_until=None)


@contextmanager
def heartbeat(*, job_id: UUID, owner: str) -> Iterator[None]:
    """Renew the lease from a second thread, on its own connection, for as long as the handler runs."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(LEASE_S / 3):
                renew(job_id=job_id, owner=owner)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=LEASE_S)


def renew(*, job_id: UUID, owner: str) -> None:
    try:
        Job.objects.filter(id=job_id, lease_owner=owner, state=Job.State.RUNNING).update(lease_until=lease_end())
    except (OperationalError, InterfaceError):
        connection.close()  # the next beat connects anew; without it the lease runs out, which is safe
        logger.warning("job_heartbeat_missed", job_id=str(job_id))


def run_job_now(job_id: UUID) -> Job:
    """Run a job in this process and in the open transaction, for tests and commands. Re-raises what it failed with."""
    run_claimed_job(job_id=job_id, is_inline=True)
    return Job.objects.get(id=job_id)
