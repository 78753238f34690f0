"""A computer joins, comes, tells how it is, and goes: what its socket may write about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from rachun.apps.base.audit import record_audit
from rachun.apps.devices.bell import ring_on_commit
from rachun.apps.devices.errors import AgentRefused
from rachun.apps.devices.keys import code_hash
from rachun.apps.devices.locks import lock_agent, lock_connected_agent
from rachun.apps.devices.models import Agent, AgentOrder, Device
from rachun.apps.devices.services.settle_jobs import leave_jobs

OLDEST_VERSION = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    public_key: str
    name: str
    version: str


def find_enrolling(*, code: str, public_key: str, now: datetime) -> Agent:
    """The place that this code opens. A computer whose answer got lost may spend its code again.

    Raises AgentRefused.
    """
    agent = Agent.objects.filter(code_hash=code_hash(code), code_expires_at__gt=now, revoked_at=None).first()
    if agent is None or (agent.code_spent_at is not None and agent.public_key != public_key):
        raise AgentRefused("CodeNotValid")
    return agent


@transaction.atomic(durable=True)
def enrol_agent(*, code: str, computer: Computer, now: datetime) -> Agent:
    """Spend the code: from now on the place is that of this key, and numbering begins anew. Raises AgentRefused."""
    lock_agent(find_enrolling(code=code, public_key=computer.public_key, now=now).id)
    agent = find_enrolling(code=code, public_key=computer.public_key, now=now)
    if agent.code_spent_at is not None:
        return agent
    if Agent.objects.filter(public_key=computer.public_key).exists():
        raise AgentRefused("CodeNotValid", "this key was enrolled before; empty the agent's folder and enrol again")
    leave_jobs(agent=agent, at=now)
    AgentOrder.objects.filter(agent=agent).delete()
    agent.public_key, agent.computer, agent.version = computer.public_key, computer.name, computer.version
    agent.enrolled_at, agent.code_spent_at, agent.epoch = now, now, agent.epoch + 1
    agent.orders_made = agent.orders_stored = agent.messages_stored = 0
    agent.save()
    ring_on_commit(agent_id=agent.id)
    record_audit(
        operation="enrolAgent",
        object_kind="agent",
        object_id=agent.id,
        legal_entity_id=agent.legal_entity_id,
        after={"computer": computer.name, "version": computer.version, "public_key": computer.public_key},
    )
    return agent


def get_public_key(*, agent_id: UUID, version: str) -> str:
    """Whose signature a greeting has to bear. Raises AgentRefused."""
    agent = Agent.objects.filter(id=agent_id).exclude(public_key="").first()
    if agent is None:
        raise AgentRefused("UnknownAgent")
    if agent.revoked_at is not None:
        raise AgentRefused("Revoked")
    if version_of(version) < OLDEST_VERSION:
        raise AgentRefused("VersionTooOld")
    return agent.public_key


def version_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


@transaction.atomic(durable=True)
def connect_agent(*, agent_id: UUID, version: str, orders_stored: int, now: datetime) -> Agent:
    """The signature was right: this connection counts and an older one is cut. Raises AgentRefused.

    An agent that has stored more than was ever sent to it has another history: its folder was copied or put back.
    """
    agent = lock_agent(agent_id)
    if agent.revoked_at is not None:
        raise AgentRefused("Revoked")
    if orders_stored > agent.orders_made:
        raise AgentRefused("BadMessage", f"{orders_stored} orders stored, {agent.orders_made} were made")
    agent.epoch += 1
    agent.version, agent.connected_at, agent.seen_at, agent.disconnected_at = version, now, now, None
    agent.orders_stored = max(agent.orders_stored, orders_stored)
    agent.save()
    ring_on_commit(agent_id=agent.id)
    return agent


@transaction.atomic(durable=True)
def note_heartbeat(*, agent_id: UUID, epoch: int, beat: dict[str, Any], now: datetime) -> None:
    """Presence, and the state of each device. Raises AgentRefused."""
    agent = lock_connected_agent(agent_id=agent_id, epoch=epoch)
    agent.seen_at = now
    agent.open_jobs, agent.waiting_messages = beat["open_jobs"], beat["waiting_messages"]
    agent.clock_difference_s = clock_difference_s(told=beat["sent_at"], now=now)
    agent.save(update_fields=["seen_at", "open_jobs", "waiting_messages", "clock_difference_s"])
    keep_devices(agent=agent, told=beat["devices"])


def clock_difference_s(*, told: str, now: datetime) -> int | None:
    """None for an instant that is none: the words of a computer's clock decide nothing here."""
    try:
        return round((datetime.fromisoformat(told) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def keep_devices(*, agent: Agent, told: Sequence[dict[str, str]]) -> None:
    known = {device.key: device for device in Device.objects.select_for_update().filter(agent=agent)}
    for one in told:
        device = known.get(one["device_id"]) or Device(
            agent=agent, legal_entity_id=agent.legal_entity_id, branch_id=agent.branch_id, key=one["device_id"]
        )
        device.kind = one.get("kind", Device.Kind.REGISTER)
        device.state, device.code = one["state"], one["code"]
        device.save()


@transaction.atomic(durable=True)
def disconnect_agent(*, agent_id: UUID, epoch: int, now: datetime) -> None:
    """A newer connection is not touched by the end of an older one."""
    Agent.objects.filter(id=agent_id, epoch=epoch).update(disconnected_at=now)
