"""The agents' WebSocket as a plain ASGI application: /agent/v1. See ADR 0050 for why it is no more than that.

Greeting: enrol → challenge → proof → enrolled, or hello → challenge → proof → welcome. Then orders go out and messages
come in, each numbered; everything of consequence is in the database before it is acknowledged.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone
from redis.exceptions import RedisError

from rachun.apps.base.api.throttles import count_one
from rachun.apps.base.context import Actor, acting
from rachun.apps.devices.api.hub import hub, in_database
from rachun.apps.devices.contract import MESSAGE_BYTES_MAX, BadMessage, Message, UnknownMessage, decode, encode
from rachun.apps.devices.errors import AgentRefused
from rachun.apps.devices.keys import check_signature
from rachun.apps.devices.selectors import HEARTBEAT_S, MISSED_BEATS_MAX
from rachun.apps.devices.services import connect_agent as people
from rachun.apps.devices.services import talk_to_agent as talk

PATH = "/agent/v1"
ANSWER_S = 10.0
SILENCE_MAX_S = HEARTBEAT_S * MISSED_BEATS_MAX
WRONG_CODES_MAX, CODES_WINDOW_S = 10, 600
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
logger = structlog.get_logger(__name__)


class Gone(Exception):
    """The other end hung up, or is silent for too long."""


@dataclass(slots=True, kw_only=True)
class Line:
    """One socket."""

    receive: Receive
    send: Send
    origin: str

    async def say(self, message: Message) -> None:
        try:
            await self.send({"type": "websocket.send", "text": encode(message)})
        except (OSError, RuntimeError) as error:  # what servers raise once the other end is gone
            raise Gone from error

    async def hear(self, *, within_s: float) -> Message:
        """Raises Gone, BadMessage."""
        try:
            async with asyncio.timeout(within_s):
                event = await self.receive()
        except TimeoutError as error:
            raise Gone from error
        if event["type"] == "websocket.disconnect":
            raise Gone
        text = event.get("text") or ""
        if len(text) > MESSAGE_BYTES_MAX:
            raise BadMessage("too long")
        return decode(text)

    async def hang_up(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            await self.send({"type": "websocket.close", "code": 1000})


async def agent_socket(scope: Event, receive: Receive, send: Send) -> None:
    """One connection, from its greeting to its end."""
    await receive()  # websocket.connect
    line = Line(receive=receive, send=send, origin=str((scope.get("client") or ("",))[0]))
    await send({"type": "websocket.accept"})
    try:
        await serve(line)
    except AgentRefused as refused:
        await refuse(line, code=refused.code, detail=refused.detail)
    except BadMessage as bad:
        await refuse(line, code=type(bad).__name__, detail=str(bad))
    except DatabaseError:
        logger.warning("agent_socket_without_database", exc_info=True)
    except Gone:
        return
    await line.hang_up()


async def refuse(line: Line, *, code: str, detail: str) -> None:
    logger.info("agent_refused", code=code, detail=detail, origin=line.origin)
    with contextlib.suppress(Gone):
        await line.say({"type": "refusal", "code": code, "detail": detail[:300]})


async def serve(line: Line) -> None:
    first = await line.hear(within_s=ANSWER_S)
    if first["type"] == "enrol":
        await enrol(line, first)
    elif first["type"] == "hello":
        await converse(line, first)
    else:
        raise UnknownMessage(f"{first['type']} is no greeting")


async def challenge(line: Line, *, public_key: str, agent_id: str) -> None:
    """Raises AgentRefused unless the other end holds the key."""
    nonce = secrets.token_hex(32)
    await line.say({"type": "challenge", "nonce": nonce})
    proof = await line.hear(within_s=ANSWER_S)
    if proof["type"] != "proof":
        raise UnknownMessage(f"{proof['type']} instead of proof")
    check_signature(public_key=public_key, agent_id=agent_id, nonce=nonce, signature=proof["signature"])


async def enrol(line: Line, first: Message) -> None:
    code, key = first["code"], first["public_key"]
    await in_database(find_place, code=code, public_key=key, origin=line.origin)
    await challenge(line, public_key=key, agent_id="")
    computer = people.Computer(public_key=key, name=first.get("computer", ""), version=first["agent_version"])
    enrolling = partial(people.enrol_agent, code=code, computer=computer, now=timezone.now())
    agent = await in_database(with_actor(line, enrolling))
    await line.say({"type": "enrolled", "agent_id": str(agent.id)})


def find_place(*, code: str, public_key: str, origin: str) -> None:
    """Guessing codes is hopeless, and is not to be tried either. Raises AgentRefused."""
    key = f"rate:agent_code:{origin}:{int(timezone.now().timestamp()) // CODES_WINDOW_S}"
    if wrong_codes(key) >= WRONG_CODES_MAX:
        raise AgentRefused("CodeNotValid", "too many wrong codes from this address; wait ten minutes")
    try:
        people.find_enrolling(code=code, public_key=public_key, now=timezone.now())
    except AgentRefused:
        count_wrong_code(key)
        raise


def wrong_codes(key: str) -> int:
    try:
        return int(cache.get(key, 0))
    except RedisError:
        logger.warning("rate_limit_not_counted", limit="agent_code")
        return 0


def count_wrong_code(key: str) -> None:
    try:
        count_one(key=key, length_s=CODES_WINDOW_S)
    except RedisError:
        logger.warning("rate_limit_not_counted", limit="agent_code")


def with_actor(line: Line, work: Callable[[], Any]) -> Callable[[], Any]:
    """The audit's origin, in the thread that writes."""

    def worked() -> Any:
        with acting(Actor(origin=line.origin)):
            return work()

    return worked


async def converse(line: Line, hello: Message) -> None:
    agent_id, version = UUID(hello["agent_id"]), hello["agent_version"]
    key = await in_database(people.get_public_key, agent_id=agent_id, version=version)
    await challenge(line, public_key=key, agent_id=str(agent_id))
    agent = await in_database(
        people.connect_agent,
        agent_id=agent_id,
        version=version,
        orders_stored=hello["stored_up_to"],
        now=timezone.now(),
    )
    welcome = {"type": "welcome", "epoch": agent.epoch, "stored_up_to": agent.messages_stored}
    await line.say({**welcome, "heartbeat_s": HEARTBEAT_S, "server_time": timezone.now().isoformat()})
    logger.info("agent_connected", agent_id=str(agent_id), epoch=agent.epoch)
    conversation = Conversation(line=line, agent_id=agent_id, epoch=agent.epoch, sent_up_to=agent.orders_stored)
    try:
        await conversation.run()
    finally:
        await say_goodbye(agent_id=agent_id, epoch=agent.epoch)


async def say_goodbye(*, agent_id: UUID, epoch: int) -> None:
    try:
        await in_database(people.disconnect_agent, agent_id=agent_id, epoch=epoch, now=timezone.now())
    except DatabaseError:
        logger.warning("agent_left_without_database", agent_id=str(agent_id), exc_info=True)


@dataclass(slots=True, kw_only=True)
class Conversation:
    """Two tasks on one socket: one hears, one sends. The end of either is the end of both."""

    line: Line
    agent_id: UUID
    epoch: int
    sent_up_to: int

    async def run(self) -> None:
        event = hub.join(self.agent_id)
        event.set()
        parts = [asyncio.create_task(self.hear()), asyncio.create_task(self.send(event))]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            hub.leave(self.agent_id, event)
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    async def send(self, event: asyncio.Event) -> None:
        while True:
            await event.wait()
            event.clear()
            while orders := await in_database(
                talk.take_orders, agent_id=self.agent_id, epoch=self.epoch, after=self.sent_up_to
            ):
                for order in orders:
                    await self.line.say(order)
                    self.sent_up_to = max(self.sent_up_to, order["sequence"])

    async def hear(self) -> None:
        while True:
            message = await self.line.hear(within_s=SILENCE_MAX_S)
            await self.act_on(message)

    async def act_on(self, message: Message) -> None:
        """Raises AgentRefused, UnknownMessage."""
        kind, agent_id, epoch = message["type"], self.agent_id, self.epoch
        if kind in {"result", "event"}:
            stored = await in_database(
                talk.take_message, agent_id=agent_id, epoch=epoch, message=message, now=timezone.now()
            )
            await self.line.say({"type": "ack", "stored_up_to": stored})
            if message["sequence"] > stored:
                await self.line.say({"type": "resend", "after": stored})
        elif kind == "heartbeat":
            await in_database(people.note_heartbeat, agent_id=agent_id, epoch=epoch, beat=message, now=timezone.now())
        elif kind == "ack":
            await in_database(talk.note_stored, agent_id=self.agent_id, up_to=message["stored_up_to"])
        elif kind == "resend":
            self.sent_up_to = min(self.sent_up_to, message["after"])
            hub.wake(self.agent_id)
        elif kind == "refusal":
            logger.warning("agent_refused_a_message", agent_id=str(self.agent_id), told=message)
        else:
            raise UnknownMessage(f"{kind} does not belong here")
