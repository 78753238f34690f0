"""Agents, devices and jobs as readers see them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from rachun.apps.base.errors import NotFound
from rachun.apps.devices.models import Agent, Device, DeviceJob
from rachun.apps.identity.scope import Scope

HEARTBEAT_S = 10
MISSED_BEATS_MAX = 3


def list_agents(*, scope: Scope) -> QuerySet[Agent]:
    """Agents of the branches in scope, by name."""
    return Agent.objects.filter(scope.on()).order_by("name", "id")


def list_devices(*, scope: Scope) -> QuerySet[Device]:
    """Devices of the agents in scope that were not revoked, by agent."""
    found = Device.objects.filter(scope.on(), agent__revoked_at=None).select_related("agent")
    return found.order_by("agent__name", "key", "id")


def get_device(*, scope: Scope, device_id: UUID) -> Device:
    """Raises NotFound, also for a device outside the scope."""
    device = list_devices(scope=scope).filter(id=device_id).first()
    if device is None:
        raise NotFound(device_id=device_id)
    return device


def get_job(*, job_id: UUID) -> DeviceJob:
    return DeviceJob.objects.select_related("device__agent").get(id=job_id)


def code_of_job(job: DeviceJob) -> str:
    """Why a job is held, unknown or failed; for one whose turn has not come, why the job that its register is at is."""
    told = {DeviceJob.State.PREPARED, DeviceJob.State.SENT}
    if job.state not in told:
        return job.code
    before = DeviceJob.objects.filter(device_id=job.device_id, id__lt=job.id).exclude(state__in=DeviceJob.SETTLED)
    return before.order_by("id").values_list("code", flat=True).first() or job.code


def is_connected(*, agent: Agent, now: datetime) -> bool:
    """Heard of within three heartbeats, and its socket not known to have ended since."""
    if agent.revoked_at is not None or agent.disconnected_at is not None or agent.seen_at is None:
        return False
    return agent.seen_at > now - timedelta(seconds=HEARTBEAT_S * MISSED_BEATS_MAX)
