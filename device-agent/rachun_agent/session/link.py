"""The agent's side of the WebSocket: reconnects for ever, sends what waits, takes jobs in.

What the server has not acknowledged is in the journal, so a cut at any point only means that it is sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from rachun_agent import VERSION
from rachun_agent.exactly_once.journal import Journal
from rachun_agent.session.clock import Clock
from rachun_agent.session.contract import MESSAGE_BYTES_MAX, BadMessage, Message, UnknownMessage, decode, encode
from rachun_agent.session.identity import public_text, sign
from rachun_agent.session.inbox import Inbox

log = logging.getLogger(__name__)

Devices = Callable[[], list[dict[str, str]]]


class ServerRefused(Exception):
    """The server does not take this agent; the code says why. Trying again is left to the caller."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    agent_id: str
    key: Ed25519PrivateKey


async def talk(connection: ClientConnection, message: Message) -> None:
    await connection.send(encode(message, operation="agentSends"))


async def hear(connection: ClientConnection, *expected: str) -> Message:
    """The next message of the greeting. Raises ServerRefused, BadMessage, TimeoutError."""
    async with asyncio.timeout(Session.ANSWER_S):
        message = decode(await connection.recv(), operation="agentReceives")
    if message["type"] == "refusal":
        raise ServerRefused(message["code"], message.get("detail", ""))
    if message["type"] not in expected:
        raise UnknownMessage(f"{message['type']} instead of {' or '.join(expected)}")
    return message


async def enrol(server: str, *, code: str, key: Ed25519PrivateKey, computer: str) -> str:
    """Spend a one-time code; the id by which the server knows this key from now on. Raises ServerRefused."""
    async with connect(server, max_size=MESSAGE_BYTES_MAX) as connection:
        first = {"type": "enrol", "code": code, "public_key": public_text(key), "agent_version": VERSION}
        await talk(connection, {**first, "computer": computer})
        challenge = await hear(connection, "challenge")
        await talk(connection, {"type": "proof", "signature": sign(key, agent_id="", nonce=challenge["nonce"])})
        return str((await hear(connection, "enrolled"))["agent_id"])


class Session:
    ANSWER_S: ClassVar[float] = 10.0
    BACKOFF_FACTOR: ClassVar[float] = 1.8
    BACKOFF_MAX_S: ClassVar[float] = 60.0
    LOOK_EVERY_S: ClassVar[float] = 0.2  # at the outbox, which other threads fill

    def __init__(
        self, server: str, identity: Identity, journal: Journal, inbox: Inbox, *, clock: Clock, devices: Devices
    ) -> None:
        self._server, self._identity, self._journal, self._inbox = server, identity, journal, inbox
        self._clock, self._devices = clock, devices
        self._sent_up_to = 0
        self.is_connected = False
        self.tries = 0
        self.refused_with = ""

    async def run(self) -> None:
        """Until cancelled. A failure is told once and then only waited out."""
        while True:
            try:
                await self._connected()
            except (OSError, WebSocketException, TimeoutError, BadMessage, ServerRefused) as error:
                self.refused_with = error.code if isinstance(error, ServerRefused) else ""
                log.log(logging.WARNING if self.tries == 0 else logging.DEBUG, "no server: %s", error)
            finally:
                self.is_connected = False
            self.tries += 1
            await self._clock.sleep(self.pause_s())

    def pause_s(self) -> float:
        """Longer with every try, up to a minute, and never the same for two agents."""
        longest = min(self.BACKOFF_FACTOR ** min(self.tries, 20), self.BACKOFF_MAX_S)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 -- spreads agents, keeps no secret

    async def _connected(self) -> None:
        async with connect(self._server, max_size=MESSAGE_BYTES_MAX, open_timeout=self.ANSWER_S) as connection:
            welcome = await self._greet(connection)
            log.info("connected, epoch %d", welcome["epoch"])
            self._journal.acknowledge(up_to=welcome["stored_up_to"])
            self._inbox.forget_early()
            self._sent_up_to = welcome["stored_up_to"]
            self.is_connected, self.tries, self.refused_with = True, 0, ""
            parts = {
                asyncio.create_task(part)
                for part in (
                    self._receive(connection),
                    self._send(connection),
                    self._beat(connection, every_s=welcome["heartbeat_s"]),
                )
            }
            try:
                done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _end(parts)
            for part in done:
                part.result()

    async def _greet(self, connection: ClientConnection) -> Message:
        who = self._identity
        hello = {"type": "hello", "agent_id": who.agent_id, "agent_version": VERSION}
        await talk(connection, {**hello, "stored_up_to": self._inbox.stored_up_to})
        challenge = await hear(connection, "challenge")
        signature = sign(who.key, agent_id=who.agent_id, nonce=challenge["nonce"])
        await talk(connection, {"type": "proof", "signature": signature})
        return await hear(connection, "welcome")

    async def _receive(self, connection: ClientConnection) -> None:
        async for text in connection:
            try:
                message = decode(text, operation="agentReceives")
            except BadMessage as error:
                log.warning("refused a message: %s", error)
                refusal = {"type": "refusal", "code": type(error).__name__, "detail": str(error)[:300]}
                await talk(connection, refusal)
                continue
            await self._take(connection, message)

    async def _take(self, connection: ClientConnection, message: Message) -> None:
        if message["type"] in {"job", "ruling"}:
            await asyncio.to_thread(self._inbox.take, message)
            await talk(connection, {"type": "ack", "stored_up_to": self._inbox.stored_up_to})
            if self._inbox.has_gap:
                await talk(connection, {"type": "resend", "after": self._inbox.stored_up_to})
        elif message["type"] == "ack":
            self._journal.acknowledge(up_to=min(message["stored_up_to"], self._sent_up_to))
        elif message["type"] == "resend":
            self._sent_up_to = min(self._sent_up_to, message["after"])
        elif message["type"] == "refusal":
            raise ServerRefused(message["code"], message.get("detail", ""))
        else:
            log.warning("%s does not belong here", message["type"])

    async def _send(self, connection: ClientConnection) -> None:
        while True:
            for waiting in self._journal.waiting(after=self._sent_up_to):
                message = {
                    "type": waiting.type,
                    "sequence": waiting.sequence,
                    "message_id": waiting.message_id,
                    "created_at": waiting.created_at,
                    "body": waiting.body,
                }
                self._sent_up_to = waiting.sequence
                await talk(connection, message)
                if self._sent_up_to != waiting.sequence:  # asked meanwhile to send again from an earlier one
                    break
            await asyncio.sleep(self.LOOK_EVERY_S)

    async def _beat(self, connection: ClientConnection, *, every_s: int) -> None:
        while True:
            beat = {
                "type": "heartbeat",
                "sent_at": self._clock.now().isoformat(),
                "devices": self._devices(),
                "open_jobs": self._journal.count_open_jobs(),
                "waiting_messages": self._journal.count_waiting(),
            }
            await talk(connection, beat)
            await asyncio.sleep(every_s)


async def _end(parts: set[asyncio.Task[None]]) -> None:
    for part in parts:
        part.cancel()
    for part in parts:
        with contextlib.suppress(asyncio.CancelledError, WebSocketException, BadMessage, ServerRefused):
            await part
