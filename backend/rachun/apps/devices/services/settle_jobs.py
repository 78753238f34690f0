"""How the state of a job changes, and that the apps above hear of it in the same transaction."""

from datetime import datetime

from rachun.apps.base.events import emit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.devices.events import DeviceJobChanged
from rachun.apps.devices.models import Agent, DeviceJob

AGENT_REPLACED = "AgentReplaced"  # nobody remembers the job any more: a person says what was printed
WITHDRAWN = "Withdrawn"


def change_job(*, job: DeviceJob, state: str, code: str, at: datetime) -> None:
    """Write the state and tell who ordered the job. A settled job changes no more."""
    assert_in_transaction()
    assert not job.is_settled, "a settled job changes no more"
    job.state, job.code = state, code
    job.settled_at = at if job.is_settled else None
    job.save()
    emit(
        DeviceJobChanged(
            job_id=job.id,
            kind=job.kind,
            source_kind=job.source_kind,
            source_id=job.source_id,
            state=job.state,
            code=job.code,
            document_no=job.document_no,
            changed_at=at,
        )
    )


def leave_jobs(*, agent: Agent, at: datetime) -> None:
    """The agent's memory is gone. What it was told may be printed or not; sent again, it could be printed twice."""
    told = (DeviceJob.State.SENT, DeviceJob.State.HELD, DeviceJob.State.UNKNOWN)
    for job in DeviceJob.objects.select_for_update().filter(agent=agent, state__in=told).order_by("id"):
        change_job(job=job, state=DeviceJob.State.UNKNOWN, code=AGENT_REPLACED, at=at)
    if agent.revoked_at is not None:
        for job in DeviceJob.objects.select_for_update().filter(agent=agent, state="PREPARED").order_by("id"):
            change_job(job=job, state=DeviceJob.State.FAILED, code="Revoked", at=at)
