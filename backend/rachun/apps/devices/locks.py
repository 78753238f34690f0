"""Order: agent, then its jobs in the order of their ids, then its devices."""

from uuid import UUID

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.devices.errors import AgentRefused
from rachun.apps.devices.models import Agent, DeviceJob


def lock_agent(agent_id: UUID) -> Agent:
    assert_in_transaction()
    return Agent.objects.select_for_update().get(id=agent_id)


def lock_connected_agent(*, agent_id: UUID, epoch: int) -> Agent:
    """The agent as this connection may speak for it. Raises AgentRefused when it was revoked or connected anew."""
    agent = lock_agent(agent_id)
    if agent.revoked_at is not None:
        raise AgentRefused("Revoked")
    if agent.epoch != epoch:
        raise AgentRefused("Superseded")
    return agent


def lock_job(job_id: UUID) -> DeviceJob:
    """The job and, before it, its agent."""
    lock_agent(DeviceJob.objects.values_list("agent_id", flat=True).get(id=job_id))
    return DeviceJob.objects.select_for_update(of=("self",)).select_related("device").get(id=job_id)
