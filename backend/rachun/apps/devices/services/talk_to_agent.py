"""Numbered messages in both directions. What is not acknowledged is sent again; what came before is not acted on."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog
from django.db import transaction
from django.db.models import F, Q

from rachun.apps.devices.contract import Message
from rachun.apps.devices.locks import lock_connected_agent
from rachun.apps.devices.models import Agent, AgentOrder, Device, DeviceJob
from rachun.apps.devices.services.settle_jobs import AGENT_REPLACED, change_job

ORDERS_AT_ONCE = 50
logger = structlog.get_logger(__name__)


def agents_with_work(*, agent_ids: list[UUID]) -> list[UUID]:
    """Those of the connected agents that must be told something, or cut."""
    to_tell = Q(jobs__state=DeviceJob.State.PREPARED) | Q(jobs__has_new_ruling=True)
    found = Agent.objects.filter(to_tell | Q(revoked_at__isnull=False), id__in=agent_ids)
    return list(found.values_list("id", flat=True).distinct())


@transaction.atomic(durable=True)
def take_orders(*, agent_id: UUID, epoch: int, after: int) -> list[Message]:
    """Number what is new, and give the messages after `after`, oldest first. Raises AgentRefused."""
    agent = lock_connected_agent(agent_id=agent_id, epoch=epoch)
    to_tell = Q(state=DeviceJob.State.PREPARED) | Q(has_new_ruling=True)
    fresh = list(agent.jobs.select_for_update().filter(to_tell).order_by("id"))
    for job in fresh:
        agent.orders_made += 1
        ruling = job.ruling if job.has_new_ruling else ""
        AgentOrder.objects.create(agent=agent, job=job, sequence=agent.orders_made, ruling=ruling)
        state = job.state if ruling else DeviceJob.State.SENT
        DeviceJob.objects.filter(id=job.id).update(state=state, has_new_ruling=False)
    if fresh:
        agent.save(update_fields=["orders_made"])
    orders = AgentOrder.objects.filter(agent=agent, sequence__gt=max(after, agent.orders_stored))
    return [message_of(one) for one in orders.select_related("job__device").order_by("sequence")[:ORDERS_AT_ONCE]]


def message_of(order: AgentOrder) -> Message:
    message_id = str(uuid5(NAMESPACE_OID, f"{order.id}/{order.sequence}"))
    head: Message = {"sequence": order.sequence, "message_id": message_id}
    if order.ruling:
        return {"type": "ruling", **head, "job_id": str(order.job_id), "was": order.ruling}
    job = order.job
    work = {
        "job_id": str(job.id),
        "register_id": job.device.key,
        "kind": job.kind,
        "amount_minor": job.amount_minor,
        "tender_minor": job.tender_minor,
        "lines": job.lines,
        "fence": 1,
        "serial_number": "",
    }
    return {"type": "job", **head, "job": work}


def note_stored(*, agent_id: UUID, up_to: int) -> None:
    """The agent has the orders up to this one on its disk."""
    known = Agent.objects.filter(id=agent_id, orders_stored__lt=up_to, orders_made__gte=up_to)
    known.update(orders_stored=up_to)


@transaction.atomic(durable=True)
def take_message(*, agent_id: UUID, epoch: int, message: Message, now: datetime) -> int:
    """Act on a result or an event once, in its turn; up to where the agent's messages are stored. Raises AgentRefused.

    One that leaves a gap is not kept: the agent sends it again with what is missing.
    """
    agent = lock_connected_agent(agent_id=agent_id, epoch=epoch)
    if message["sequence"] == agent.messages_stored + 1:
        act_on(agent=agent, body=message["body"], is_result=message["type"] == "result", now=now)
        agent.messages_stored = message["sequence"]
        agent.seen_at = now
        agent.save(update_fields=["messages_stored", "seen_at"])
    return agent.messages_stored


def act_on(*, agent: Agent, body: dict[str, Any], is_result: bool, now: datetime) -> None:
    if not is_result and body["kind"] == "SCANNED":
        keep_scan(agent=agent, key=body["device_id"], text=body["text"], now=now)
        return
    job = find_job(agent=agent, job_id=body["job_id"])
    if job is None or job.is_settled:
        logger.warning("device_message_not_acted_on", agent_id=str(agent.id), job_id=body["job_id"], body=body)
    elif is_result:
        tell_device(job=job, state=Device.State.READY)
        settle(job=job, body=body, now=now)
    elif body["kind"] == "JOB_HELD":
        tell_device(job=job, state=Device.State.WAITING, code=body["waits_for"])
        state = DeviceJob.State.HELD if body["state"] == "NEW" else DeviceJob.State.UNKNOWN
        change_job(job=job, state=state, code=body["waits_for"], at=now)
    elif body["code"] == "OrderAltered":  # the agent knows another job by this id, and may have printed that
        change_job(job=job, state=DeviceJob.State.UNKNOWN, code=AGENT_REPLACED, at=now)
    else:  # JOB_REFUSED: the agent did not take it in, so nothing was asked of a register
        change_job(job=job, state=DeviceJob.State.FAILED, code=body["code"], at=now)


def tell_device(*, job: DeviceJob, state: str, code: str = "") -> None:
    """What happened to a job is newer than the latest heartbeat."""
    Device.objects.filter(id=job.device_id).update(state=state, code=code)


def find_job(*, agent: Agent, job_id: str) -> DeviceJob | None:
    """None also for a job of another agent: nobody speaks for somebody else's register."""
    try:
        wanted = UUID(job_id)
    except ValueError:
        return None
    return DeviceJob.objects.select_for_update(of=("self",)).filter(agent=agent, id=wanted).first()


def settle(*, job: DeviceJob, body: dict[str, Any], now: datetime) -> None:
    job.document_no = body["document_no"]
    job.register_serial_number = body["register_serial_number"][:40]
    job.register_clock = (body["register_clock"] or "")[:40]
    if job.register_serial_number:
        Device.objects.filter(id=job.device_id).update(serial_number=job.register_serial_number)
    change_job(job=job, state=DeviceJob.State(body["state"]), code=body["refusal"], at=now)


def keep_scan(*, agent: Agent, key: str, text: str, now: datetime) -> None:
    """The latest scan of a scanner: whoever waits for it at the desk picks it up by its count."""
    told = Device.objects.filter(agent=agent, key=key)
    told.update(scan_count=F("scan_count") + 1, latest_scan=text, latest_scan_at=now)
