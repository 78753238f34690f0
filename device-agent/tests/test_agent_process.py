"""The installed program as a service runs it, killed with its receipts half printed, and its page and its words."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from rachun_agent.protocol.datecs_profile import load_profile
from rachun_agent.simulators.datecs_register import SimulatedRegister
from rachun_agent.simulators.scripted_line import ScriptedLine
from rachun_agent.simulators.server import SimulatedServer
from rachun_agent.simulators.wire import Fault

PROJECT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 11, 25, 12, 0)  # noqa: DTZ001 -- a register's clock has no zone
CODE = "ABCD2345"
KILLS_MIN, LIVES_MAX = 5, 10


def order(number: int) -> dict[str, Any]:
    amount_minor = 1000 + number
    line = {"text": "Інтернет", "tax_letter": "А", "amount_minor": amount_minor}
    sale = {"job_id": f"0197f3a2-0000-7000-8000-{number:012d}", "register_id": "till", "kind": "SALE", "fence": 1}
    return {**sale, "amount_minor": amount_minor, "tender_minor": 5000, "lines": [line]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    folder: Path

    def call(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "rachun_agent.cli", "--folder", str(self.folder), "--language", "en", *words]
        return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def set_up(self, *, server: str, port: str, health_port: int) -> None:
        settings = f'server = "{server}"\nhealth_port = {health_port}\n[[device]]\nid = "till"\nkind = "register"\n'
        (self.folder / "agent.toml").write_text(f'{settings}port = "{port}"\n', encoding="utf-8")


@pytest.fixture
def register() -> SimulatedRegister:
    return SimulatedRegister(load_profile("datecs-fp2000"), started_at=NOON)


@pytest.mark.real
@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_any_moment_leave_one_receipt_for_a_payment(
    tmp_path: Path, register: SimulatedRegister, seed: int
) -> None:
    chance = random.Random(seed)
    plan = {frame: chance.choice((Fault.LOST_REPLY, Fault.LOST_REQUEST, Fault.NAK)) for frame in range(7, 400, 23)}
    payments = [order(number) for number in range(1, 7)]

    async def act(port: str) -> SimulatedServer:
        server = SimulatedServer(codes={CODE})
        await server.start()
        computer = Computer(folder=tmp_path)
        computer.set_up(server=server.address, port=port, health_port=0)
        enrolling = computer.call("enrol", "--code", CODE)
        assert await asyncio.to_thread(enrolling.wait) == 0, enrolling.communicate()
        server.jobs = payments
        wanted = {payment["job_id"] for payment in payments}
        for life in range(LIVES_MAX):
            running = computer.call("run")
            while not told(server) >= wanted and not (life < KILLS_MIN and is_printing(register)):
                assert running.poll() is None, running.communicate()
                await asyncio.sleep(0.01)
            if told(server) >= wanted:
                running.terminate()
                await asyncio.to_thread(running.communicate)
                break
            await asyncio.sleep(chance.uniform(0, 0.1))
            running.send_signal(signal.SIGKILL)
            await asyncio.to_thread(running.communicate)
        await server.stop()
        assert life >= KILLS_MIN
        return server

    with ScriptedLine(register, plan, answer_s=0.02).port as port:
        server = asyncio.run(act(port.name))

    printed = sorted(document.amount_minor for document in register.documents if document.kind == "sale")
    assert printed == [payment["amount_minor"] for payment in payments]
    results = [message["body"] for message in server.stored if message["type"] == "result"]
    assert sorted(result["job_id"] for result in results) == [payment["job_id"] for payment in payments]
    numbers = {document.number: document.amount_minor for document in register.documents}
    paid = {payment["job_id"]: payment["amount_minor"] for payment in payments}
    assert all(numbers[result["document_no"]] == paid[result["job_id"]] for result in results)


def is_printing(register: SimulatedRegister) -> bool:
    return register.receipt is not None


def told(server: SimulatedServer) -> set[str]:
    return {message["body"]["job_id"] for message in server.stored if message["type"] == "result"}


@pytest.mark.real
class TestProgram:
    @pytest.fixture
    def computer(self, tmp_path: Path) -> Computer:
        return Computer(folder=tmp_path)

    def test_says_that_it_is_not_enrolled(self, computer: Computer) -> None:
        computer.set_up(server="wss://billing.example/agent/v1", port="/dev/null", health_port=0)
        running = computer.call("run")

        text, _ = running.communicate(timeout=60)

        assert running.returncode == 2
        assert "not enrolled" in text

    def test_refuses_an_unencrypted_server(self, computer: Computer) -> None:
        computer.set_up(server="ws://billing.example/agent/v1", port="/dev/null", health_port=0)
        running = computer.call("status")

        text, _ = running.communicate(timeout=60)

        assert running.returncode == 2
        assert "wss://" in text

    def test_can_be_installed_with_its_contract(self, tmp_path: Path) -> None:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
        subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
        [wheel] = tmp_path.glob("*.whl")
        installed = tmp_path / "installed"

        with zipfile.ZipFile(wheel) as opened:
            opened.extractall(installed)

        ask = "import rachun_agent.session.contract as c, rachun_agent.texts as t; "
        ask += "print(c.__file__, c.IN_PACKAGE.is_file(), sorted(c.types_of('agentReceives')), len(t.catalogue('bs')))"
        answer = subprocess.run(
            [sys.executable, "-c", ask], cwd=installed, check=True, capture_output=True, text=True
        ).stdout
        assert str(installed) in answer
        assert "True ['ack', 'challenge'" in answer
