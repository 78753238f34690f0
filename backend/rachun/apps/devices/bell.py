"""The bell of the agents' sockets, over Valkey. The work itself is in the database; a lost ring only delays it."""

from functools import cache
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

CHANNEL = "rachun:agents"
PATIENCE_S = 0.5
logger = structlog.get_logger(__name__)


@cache
def client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)


def ring_on_commit(*, agent_id: UUID) -> None:
    """Have whichever process holds the agent's socket look at its work once this transaction is through."""
    transaction.on_commit(lambda: ring(agent_id=agent_id), robust=True)


def ring(*, agent_id: UUID) -> None:
    try:
        client(settings.REDIS_URL).publish(CHANNEL, str(agent_id))
    except RedisError:
        logger.warning("agent_bell_not_heard", agent_id=str(agent_id))
