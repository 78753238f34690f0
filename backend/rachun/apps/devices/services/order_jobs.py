"""Ordering something of a register, taking it back, and saying what a person saw."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.devices.bell import ring_on_commit
from rachun.apps.devices.errors import AgentRevoked, JobSettled, NothingToJudge
from rachun.apps.devices.locks import lock_agent, lock_job
from rachun.apps.devices.models import Device, DeviceJob
from rachun.apps.devices.services.settle_jobs import AGENT_REPLACED, WITHDRAWN, change_job
from rachun.apps.devices.words import PERSON_CODES


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    text: str
    tax_letter: str
    amount_minor: int

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "tax_letter": self.tax_letter, "amount_minor": self.amount_minor}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the job serves: together unique, so that one payment can never order two receipts."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    kind: str
    amount_minor: int = 0
    tender_minor: int = 0
    lines: tuple[Line, ...] = ()


def hold_agent(*, agent_id: UUID) -> None:
    """Keep the agent's messages waiting: for whoever locks rows of its own that those messages change too."""
    lock_agent(agent_id)


def order_job(*, device: Device, source: Source, work: Work, at: datetime) -> DeviceJob:
    """Write the job down; the agent is told after the commit, whenever it is there. Raises AgentRevoked."""
    assert_in_transaction()
    assert sum(line.amount_minor for line in work.lines) == (work.amount_minor if work.lines else 0), "lines sum up"
    if lock_agent(device.agent_id).revoked_at is not None:
        raise AgentRevoked(agent_id=device.agent_id)
    job = DeviceJob.objects.create(
        agent_id=device.agent_id,
        device=device,
        legal_entity_id=device.legal_entity_id,
        branch_id=device.branch_id,
        kind=work.kind,
        amount_minor=work.amount_minor,
        tender_minor=work.tender_minor,
        lines=[line.as_json() for line in work.lines],
        source_kind=source.kind,
        source_id=source.id,
        created_at=at,
    )
    ring_on_commit(agent_id=device.agent_id)
    return job


def withdraw_job(*, job_id: UUID, at: datetime) -> DeviceJob:
    """Take back what is not printed yet. What the agent knows of, only the agent can end: it is asked to.

    Raises JobSettled.
    """
    assert_in_transaction()
    job = lock_job(job_id)
    if job.is_settled:
        raise JobSettled(state=job.state)
    if job.state == DeviceJob.State.PREPARED:
        change_job(job=job, state=DeviceJob.State.FAILED, code=WITHDRAWN, at=at)
    elif job.code == AGENT_REPLACED:
        raise NothingToJudge(code=job.code)
    else:
        rule(job=job, ruling=DeviceJob.Ruling.WITHDRAWN)
    return job


def answer_job(*, job_id: UUID, is_printed: bool, at: datetime) -> DeviceJob:
    """What a person saw of a job that only a person can judge. Raises JobSettled, NothingToJudge."""
    assert_in_transaction()
    job = lock_job(job_id)
    if job.is_settled:
        raise JobSettled(state=job.state)
    if job.state != DeviceJob.State.UNKNOWN or job.code not in PERSON_CODES:
        raise NothingToJudge(code=job.code)
    if job.code == AGENT_REPLACED:
        state = DeviceJob.State.DONE if is_printed else DeviceJob.State.FAILED
        job.ruling = DeviceJob.Ruling.PRINTED if is_printed else DeviceJob.Ruling.NOT_PRINTED
        change_job(job=job, state=state, code="" if is_printed else "PersonSaidNotPrinted", at=at)
    else:
        rule(job=job, ruling=DeviceJob.Ruling.PRINTED if is_printed else DeviceJob.Ruling.NOT_PRINTED)
    return job


def rule(*, job: DeviceJob, ruling: str) -> None:
    """Hand a person's word to the agent, which alone ends what it knows of. The same word is told once."""
    if job.orders.filter(ruling=ruling).exists():
        return
    job.ruling, job.has_new_ruling = ruling, True
    job.save(update_fields=["ruling", "has_new_ruling"])
    ring_on_commit(agent_id=job.agent_id)
