"""The agent against a real WebSocket server that cuts, repeats, reorders, forges and goes away."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rachun_agent.exactly_once.journal import Journal
from rachun_agent.session.identity import KeyExposed, load_or_make_key, public_text
from rachun_agent.session.inbox import Inbox
from rachun_agent.session.link import Identity, ServerRefused, Session, enrol
from rachun_agent.simulators.server import SimulatedServer

AGENT_ID = "0197f3a2-0000-7000-8000-000000000001"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class SettableClock:
    """Waiting costs no time of ours; the clock says that it passed."""

    def __init__(self) -> None:
        self.at = NOON
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0.001)


class Desk:
    """An agent without devices, and what it keeps."""

    def __init__(self, server: SimulatedServer, folder: Path) -> None:
        self.server, self.clock = server, SettableClock()
        self.key = Ed25519PrivateKey.generate()
        server.keys[AGENT_ID] = public_text(self.key)
        self.path = folder / "journal.sqlite3"
        self.journal = Journal(self.path, now=self.clock.now)
        self.inbox = Inbox(journal=self.journal, registers=frozenset({"till"}))
        self.session = self.make_session()

    def make_session(self, key: Ed25519PrivateKey | None = None) -> Session:
        identity = Identity(agent_id=AGENT_ID, key=key or self.key)
        return Session(self.server.address, identity, self.journal, self.inbox, clock=self.clock, devices=list)

    def scan(self, text: str) -> None:
        self.journal.post("event", {"kind": "SCANNED", "device_id": "desk", "text": text})


def order(number: int, **changed: Any) -> dict[str, Any]:
    job_id = f"0197f3a2-0000-7000-8000-{number:012d}"
    line = {"text": "Інтернет", "tax_letter": "А", "amount_minor": 100 + number}
    sale = {"job_id": job_id, "register_id": "till", "kind": "SALE", "amount_minor": 100 + number, "lines": [line]}
    return {**sale, "fence": 1, **changed}


def jobs_of(journal: Journal) -> list[str]:
    rows = journal._connection.execute("SELECT job_id FROM job ORDER BY arrival").fetchall()
    return [row["job_id"] for row in rows]


async def until(is_so: Callable[[], bool], *, within_s: float = 15) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 -- what is waited for is on the other side of a socket
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(session: Session) -> AsyncIterator[None]:
    task = asyncio.create_task(session.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def play(tmp_path: Path, scene: Callable[[SimulatedServer, Desk], Awaitable[None]], **server: Any) -> Desk:
    async def act() -> Desk:
        simulated = SimulatedServer(**server)
        await simulated.start()
        desk = Desk(simulated, tmp_path)
        try:
            await scene(simulated, desk)
        finally:
            await simulated.stop()
        return desk

    return asyncio.run(act())


SHUFFLES = {
    "once": list,
    "twice": lambda numbers: [*numbers, *numbers],
    "backwards": lambda numbers: numbers[::-1],
    "each three times": lambda numbers: [number for number in numbers for _ in range(3)],
    "the first last": lambda numbers: [*numbers[1:], *numbers[:1]],
}


class TestJobs:
    @pytest.mark.parametrize("shuffle", SHUFFLES)
    @pytest.mark.parametrize("cuts", [[], [0, 1, 2, 3], [1, 1, 1, 1, 1, 1]])
    def test_arrive_once_and_in_order(self, tmp_path: Path, shuffle: str, cuts: list[int]) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            server.jobs = [order(number) for number in range(1, 9)]
            async with running(desk.session):
                await until(lambda: server.agent_stored == 8)

        desk = play(tmp_path, scene, order_of=SHUFFLES[shuffle], cut_after=list(cuts))

        assert jobs_of(desk.journal) == [order(number)["job_id"] for number in range(1, 9)]

    def test_a_replayed_message_changes_nothing(self, tmp_path: Path) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            server.jobs = [order(1), order(2)]
            async with running(desk.session):
                await until(lambda: server.agent_stored == 2)
                forged = {"type": "job", "sequence": 1, "message_id": str(uuid.uuid4()), "job": order(7)}
                await server.say(forged)
                server.jobs.append(order(3))
                await until(lambda: server.agent_stored == 3)

        desk = play(tmp_path, scene)

        assert jobs_of(desk.journal) == [order(number)["job_id"] for number in (1, 2, 3)]

    @pytest.mark.parametrize(
        ("second", "code"),
        [
            (order(1, amount_minor=101, tender_minor=50000), "OrderAltered"),
            (order(2, fence=0), "StaleFence"),
            (order(2, register_id="another"), "UnknownRegister"),
            (order(2, amount_minor=999), "SumsDisagree"),
        ],
    )
    def test_that_must_not_be_done_are_refused_by_name(self, tmp_path: Path, second: dict[str, Any], code: str) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            server.jobs = [order(1), second]
            async with running(desk.session):
                await until(lambda: len(server.stored) == 1)
            assert server.stored[0]["body"] == {"kind": "JOB_REFUSED", "job_id": second["job_id"], "code": code}

        desk = play(tmp_path, scene)

        assert jobs_of(desk.journal) == [order(1)["job_id"]]

    def test_an_unknown_command_is_refused_and_the_line_stays(self, tmp_path: Path) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            async with running(desk.session):
                await until(lambda: desk.session.is_connected)
                await server.say_raw(json.dumps({"type": "shell", "command": "rm"}))
                await server.say_raw("not even JSON")
                job = {"type": "job", "sequence": 1, "message_id": str(uuid.uuid4()), "job": order(1, kind="REFUND")}
                await server.say_raw(json.dumps(job))
                await until(lambda: len(server.refusals) == 3)
                server.jobs = [order(1)]
                await until(lambda: server.agent_stored == 1)
            codes = [refusal["code"] for refusal in server.refusals]
            assert codes == ["UnknownMessage", "BadMessage", "BadMessage"]

        play(tmp_path, scene)


class TestMessages:
    @pytest.mark.parametrize("cuts", [[], [0, 0, 1, 0, 5, 3]])
    def test_reach_the_server_in_order_and_none_is_lost(self, tmp_path: Path, cuts: list[int]) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            for number in range(30):
                desk.scan(f"scan {number}")
            async with running(desk.session):
                await until(lambda: desk.journal.count_waiting() == 0)
            assert [message["body"]["text"] for message in server.stored] == [f"scan {n}" for n in range(30)]

        play(tmp_path, scene, cut_after=list(cuts))

    def test_are_sent_again_when_the_acknowledgement_is_late(self, tmp_path: Path) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            desk.scan("100245781")
            async with running(desk.session):
                await until(lambda: len(server.stored) == 1)
            assert desk.journal.count_waiting() == 1
            server.is_acknowledging = True
            async with running(desk.make_session()):
                await until(lambda: desk.journal.count_waiting() == 0)
            assert len(server.stored) == 1

        play(tmp_path, scene, is_acknowledging=False)

    def test_wait_out_eight_hours_without_a_server(self, tmp_path: Path) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            await server.stop()
            scanned = 0
            async with running(desk.session):
                while desk.clock.at < NOON + timedelta(hours=8):
                    if desk.clock.at >= NOON + timedelta(minutes=10 * scanned):
                        desk.scan(f"scan {scanned}")
                        scanned += 1
                    await asyncio.sleep(0.001)
                await server.start()
                await until(lambda: desk.journal.count_waiting() == 0)
            times = [datetime.fromisoformat(message["created_at"]) for message in server.stored]
            assert [message["body"]["text"] for message in server.stored] == [f"scan {n}" for n in range(scanned)]
            assert scanned >= 40
            assert times == sorted(times)
            assert times[-1] - times[0] > timedelta(hours=7)
            assert max(desk.clock.slept) <= Session.BACKOFF_MAX_S
            assert len(desk.clock.slept) < 1200, "it asks about once a minute"

        play(tmp_path, scene)


class TestIdentity:
    def test_a_code_is_spent_once(self, tmp_path: Path) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            key = Ed25519PrivateKey.generate()
            agent_id = await enrol(server.address, code="ABCD2345", key=key, computer="desk 1")
            assert server.keys[agent_id] == public_text(key)
            with pytest.raises(ServerRefused, match="CodeNotValid"):
                await enrol(server.address, code="ABCD2345", key=key, computer="desk 2")

        play(tmp_path, scene, codes={"ABCD2345"})

    def test_another_key_is_not_let_in(self, tmp_path: Path) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            server.jobs = [order(1)]
            stranger = desk.make_session(key=Ed25519PrivateKey.generate())
            async with running(stranger):
                await until(lambda: stranger.refused_with == "BadSignature")
            assert server.agent_stored == 0

        play(tmp_path, scene)

    def test_a_copied_key_cuts_the_other_connection(self, tmp_path: Path) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            async with running(desk.session):
                await until(lambda: desk.session.is_connected)
                async with running(desk.make_session()):
                    await until(lambda: server.epoch >= 3)

        play(tmp_path, scene)

    def test_the_key_is_for_its_user_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "agent.key"
        made = load_or_make_key(path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert public_text(load_or_make_key(path)) == public_text(made)
        path.chmod(0o644)

        with pytest.raises(KeyExposed):
            load_or_make_key(path)


class TestHeartbeat:
    def test_tells_how_much_waits(self, tmp_path: Path) -> None:
        async def scene(server: SimulatedServer, desk: Desk) -> None:
            server.jobs = [order(1)]
            async with running(desk.session):
                await until(lambda: any(beat["open_jobs"] == 1 for beat in server.heartbeats))

        play(tmp_path, scene)
