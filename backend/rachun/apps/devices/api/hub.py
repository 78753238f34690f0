"""Which agents this process holds, and how each hears that there is something for it.

A ring over Valkey wakes at once; a look at the database every two seconds wakes too, so a dead Valkey only delays.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from redis.asyncio import Redis
from redis.exceptions import RedisError

from rachun.apps.devices.bell import CHANNEL
from rachun.apps.devices.services.talk_to_agent import agents_with_work

LOOK_EVERY_S = 2.0
AGAIN_S = 1.0
THREADS = 4  # of the API's pool of connections, for all agents together
P = ParamSpec("P")
R = TypeVar("R")
logger = structlog.get_logger(__name__)
threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="agents")


async def in_database(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """One short transaction in a thread, with its connection given back."""

    def work() -> R:
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(threads, work)


@dataclass(slots=True)
class Hub:
    """Events by agent. Two connections of one agent may overlap for a moment: the newer epoch wins in the database."""

    waiting: dict[UUID, list[asyncio.Event]] = field(default_factory=dict)
    listeners: list[asyncio.Task[None]] = field(default_factory=list)

    def join(self, agent_id: UUID) -> asyncio.Event:
        event = asyncio.Event()
        self.waiting.setdefault(agent_id, []).append(event)
        if not self.listeners:
            self.listeners = [asyncio.create_task(self.listen()), asyncio.create_task(self.look())]
        return event

    def leave(self, agent_id: UUID, event: asyncio.Event) -> None:
        self.waiting[agent_id].remove(event)
        if not self.waiting[agent_id]:
            del self.waiting[agent_id]
        if not self.waiting:
            for listener in self.listeners:
                listener.cancel()
            self.listeners = []

    def wake(self, agent_id: UUID) -> None:
        for event in self.waiting.get(agent_id, ()):
            event.set()

    async def look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                found = await in_database(partial(agents_with_work, agent_ids=list(self.waiting)))
            except DatabaseError:
                logger.warning("agents_not_looked_at", exc_info=True)
                continue
            for agent_id in found:
                self.wake(agent_id)

    async def listen(self) -> None:
        while True:
            try:
                async with Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as bell:
                    await bell.subscribe(CHANNEL)
                    async for ring in bell.listen():
                        if ring["type"] == "message":
                            self.wake(UUID(ring["data"].decode()))
            except (RedisError, OSError) as error:
                logger.warning("agent_bell_lost", reason=str(error))
            await asyncio.sleep(AGAIN_S)


hub = Hub()
