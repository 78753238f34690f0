"""The registry: a place for a computer, the code by which it joins, and its end."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.devices.bell import ring_on_commit
from rachun.apps.devices.errors import AgentRevoked
from rachun.apps.devices.keys import code_hash
from rachun.apps.devices.locks import lock_agent
from rachun.apps.devices.models import Agent
from rachun.apps.devices.services.settle_jobs import leave_jobs
from rachun.apps.identity.models import Branch

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that reads like something else
CODE_LENGTH = 8
CODE_LIVES = timedelta(minutes=10)


def create_agent(*, branch: Branch, name: str, at: datetime) -> tuple[Agent, str]:
    """A place for a computer in a branch, and its one-time code, which is kept nowhere."""
    assert_in_transaction()
    agent = Agent.objects.create(legal_entity_id=branch.legal_entity_id, branch=branch, name=name, created_at=at)
    note(operation="createAgent", agent=agent)
    return agent, give_code(agent=agent, at=at)


def renew_agent_code(*, agent_id: UUID, at: datetime) -> tuple[Agent, str]:
    """Another code: for a computer that was not in time, or that takes the place of one that lost its folder.

    The old key is good until the code is spent. Raises AgentRevoked.
    """
    agent = lock_agent(agent_id)
    if agent.revoked_at is not None:
        raise AgentRevoked(agent_id=agent_id)
    note(operation="renewAgentCode", agent=agent)
    return agent, give_code(agent=agent, at=at)


def give_code(*, agent: Agent, at: datetime) -> str:
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    agent.code_hash, agent.code_expires_at, agent.code_spent_at = code_hash(code), at + CODE_LIVES, None
    agent.save(update_fields=["code_hash", "code_expires_at", "code_spent_at"])
    return code


def revoke_agent(*, agent_id: UUID, at: datetime) -> Agent:
    """Its key is worth nothing from now on, and its socket is cut. What it may have printed is left to a person."""
    agent = lock_agent(agent_id)
    if agent.revoked_at is None:
        agent.revoked_at, agent.code_hash, agent.code_expires_at = at, "", None
        agent.save(update_fields=["revoked_at", "code_hash", "code_expires_at"])
        leave_jobs(agent=agent, at=at)
        note(operation="revokeAgent", agent=agent)
        ring_on_commit(agent_id=agent.id)
    return agent


def note(*, operation: str, agent: Agent) -> None:
    record_audit(
        operation=operation,
        object_kind="agent",
        object_id=agent.id,
        legal_entity_id=agent.legal_entity_id,
        after={"name": agent.name, "branch_id": str(agent.branch_id)},
    )
