"""The server's side of the WebSocket as the contract has it, with the ways in which a network spoils it."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from rachun_agent.session.contract import Message, decode, encode
from rachun_agent.session.identity import verify

LOOK_EVERY_S = 0.02


class Refusal(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True, kw_only=True)
class SimulatedServer:
    """`order_of` says in which order, and how often, the numbers of jobs are sent; `cut_after` ends connections."""

    codes: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    stored: list[Message] = field(default_factory=list)  # what the agent said, each number once and in order
    arrived: list[Message] = field(default_factory=list)  # … as it came
    heartbeats: list[Message] = field(default_factory=list)
    refusals: list[Message] = field(default_factory=list)
    cut_after: list[int] = field(default_factory=list)  # messages of each next connection, then it is cut
    order_of: Callable[[list[int]], Iterable[int]] = list
    is_acknowledging: bool = True
    server_time: str = "2026-11-25T12:00:00+00:00"
    port: int = 0
    agent_stored: int = 0
    epoch: int = 0
    latest_nonces: set[str] = field(default_factory=set)
    _server: Server | None = None
    _current: ServerConnection | None = None

    async def start(self) -> None:
        self._server = await serve(self._serve, "127.0.0.1", self.port)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None, "it was started"
        self._server.close()
        await self._server.wait_closed()

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/agent/v1"

    async def say(self, message: Message) -> None:
        assert self._current is not None, "an agent is connected"
        await self._current.send(encode(message, operation="agentReceives"))

    async def say_raw(self, text: str) -> None:
        assert self._current is not None, "an agent is connected"
        await self._current.send(text)

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            await self._talk(connection)
        except Refusal as refused:
            await connection.send(encode({"type": "refusal", "code": refused.code}, operation="agentReceives"))
        except ConnectionClosed:
            return

    async def _hear(self, connection: ServerConnection) -> Message:
        return decode(await connection.recv(), operation="agentSends")

    async def _talk(self, connection: ServerConnection) -> None:
        first = await self._hear(connection)
        if first["type"] == "enrol":
            await self._enrol(connection, first)
            return
        key = self.keys.get(first["agent_id"])
        if key is None:
            raise Refusal("UnknownAgent")
        await self._challenge(connection, agent_id=first["agent_id"], key=key)
        self.agent_stored = first["stored_up_to"]
        self.epoch += 1
        older, self._current = self._current, connection
        if older is not None:
            await older.close()
        welcome = {"type": "welcome", "epoch": self.epoch, "stored_up_to": len(self.stored), "heartbeat_s": 1}
        await connection.send(encode({**welcome, "server_time": self.server_time}, operation="agentReceives"))
        sending = asyncio.create_task(self._send_jobs(connection))
        try:
            await self._receive(connection, cut_after=self.cut_after.pop(0) if self.cut_after else None)
        finally:
            sending.cancel()

    async def _challenge(self, connection: ServerConnection, *, agent_id: str, key: str) -> None:
        nonce = secrets.token_hex(32)
        self.latest_nonces.add(nonce)
        await connection.send(encode({"type": "challenge", "nonce": nonce}, operation="agentReceives"))
        proof = await self._hear(connection)
        try:
            verify(key, agent_id=agent_id, nonce=nonce, signature=proof["signature"])
        except InvalidSignature as error:
            raise Refusal("BadSignature") from error

    async def _enrol(self, connection: ServerConnection, first: Message) -> None:
        if first["code"] not in self.codes:
            raise Refusal("CodeNotValid")
        await self._challenge(connection, agent_id="", key=first["public_key"])
        self.codes.discard(first["code"])
        agent_id = str(uuid.uuid4())
        self.keys[agent_id] = first["public_key"]
        await connection.send(encode({"type": "enrolled", "agent_id": agent_id}, operation="agentReceives"))

    async def _send_jobs(self, connection: ServerConnection) -> None:
        sent = self.agent_stored
        while True:
            fresh = list(range(sent + 1, len(self.jobs) + 1))
            for sequence in self.order_of(fresh):
                await self.send_job(connection, sequence)
            sent = len(self.jobs)
            await asyncio.sleep(LOOK_EVERY_S)

    async def send_job(self, connection: ServerConnection, sequence: int) -> None:
        job = self.jobs[sequence - 1]
        message_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{job['job_id']}/{sequence}"))
        message = {"type": "job", "sequence": sequence, "message_id": message_id, "job": job}
        await connection.send(encode(message, operation="agentReceives"))

    async def _receive(self, connection: ServerConnection, *, cut_after: int | None) -> None:
        count = 0
        async for text in connection:
            message = decode(text, operation="agentSends")
            if message["type"] == "heartbeat":
                self.heartbeats.append(message)
                continue
            count += 1
            if cut_after is not None and count > cut_after:
                connection.transport.abort()
                return
            await self._take(connection, message)

    async def _take(self, connection: ServerConnection, message: Message) -> None:
        if message["type"] == "refusal":
            self.refusals.append(message)
        elif message["type"] == "ack":
            self.agent_stored = max(self.agent_stored, message["stored_up_to"])
        elif message["type"] == "resend":
            for sequence in range(message["after"] + 1, len(self.jobs) + 1):
                await self.send_job(connection, sequence)
        else:
            self.arrived.append(message)
            if message["sequence"] == len(self.stored) + 1:
                self.stored.append(message)
            if self.is_acknowledging:
                ack = {"type": "ack", "stored_up_to": len(self.stored)}
                await connection.send(encode(ack, operation="agentReceives"))
