"""The computer of a cash desk: the real agent program and a register on a pty, joined to a real server."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rachun.apps.devices.models import Agent, Device
from rachun.apps.devices.services.agents import create_agent
from rachun.apps.identity.models import Branch
from rachun_agent.protocol.datecs_profile import load_profile
from rachun_agent.simulators.datecs_register import Document, SimulatedRegister
from rachun_agent.simulators.scanner import SimulatedScanner
from rachun_agent.simulators.scripted_line import ScriptedLine
from rachun_agent.simulators.wire import Fault

from tests.faults.processes import REPOSITORY, UVICORN, Process, eventually, free_port, is_listening, running

AGENT = [sys.executable, "-m", "rachun_agent.cli"]
NOON = datetime(2026, 11, 25, 12, 0)  # noqa: DTZ001 -- a register's clock has no zone
ANSWER_S = 0.01


def make_register() -> SimulatedRegister:
    return SimulatedRegister(load_profile("datecs-fp2000"), started_at=NOON)


def receipts(register: SimulatedRegister) -> list[Document]:
    """The fiscal receipts that its journal holds, oldest first."""
    return [document for document in register.documents if document.kind == "sale"]


@dataclass(slots=True, kw_only=True)
class Desk:
    """One PC. The agent's folder outlives the agent, the register outlives both."""

    folder: Path
    register: SimulatedRegister
    scanner: SimulatedScanner
    port: str
    environment: Mapping[str, str]
    agent_id: UUID | None = None
    agents: list[Process] = field(default_factory=list)

    def point_at(self, address: str) -> None:
        """Write the agent's settings for a server."""
        server = address.replace("http://", "ws://") + "/agent/v1"
        devices = [("till", "register", self.port), ("reader", "scanner", self.scanner.port.name)]
        lines = [f'server = "{server}"', "health_port = 0"]
        for name, kind, port in devices:
            lines += ["[[device]]", f'id = "{name}"', f'kind = "{kind}"', f'port = "{port}"']
        (self.folder / "agent.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def enrol(self, *, branch: Branch) -> Agent:
        """As an administrator and a technician do it: a code, and the program run once with it."""
        with transaction.atomic():
            agent, code = create_agent(branch=branch, name="Desk 1", at=timezone.now())
        with self.program("enrol", "--code", code) as enrolling:
            assert enrolling.wait() == 0, enrolling.told()
        self.agent_id = agent.id
        return agent

    @contextmanager
    def program(self, *words: str) -> Iterator[Process]:
        with running([*AGENT, "--folder", str(self.folder), *words], environment=self.environment) as process:
            yield process

    def start(self) -> Process:
        """The agent as its service runs it."""
        process = Process([*AGENT, "--folder", str(self.folder), "run"], environment=self.environment)
        self.agents.append(process)
        return process

    def kill(self) -> None:
        for process in self.agents:
            process.kill()
        self.agents.clear()

    def told(self) -> str:
        return "\n".join(process.told()[-3000:] for process in self.agents)

    def device(self, key: str = "till") -> Device:
        """The device once a heartbeat told of it."""
        return eventually(lambda: Device.objects.filter(agent_id=self.agent_id, key=key).first(), told=self.told)


@contextmanager
def desk_at(folder: Path, *, faults: Mapping[int, Fault] | None = None) -> Iterator[Desk]:
    """A desk whose line to the register spoils the frames with these numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    register, scanner = make_register(), SimulatedScanner()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "device-agent"), "PYTHONUNBUFFERED": "1"}
    with ScriptedLine(register, faults or {}, answer_s=ANSWER_S).port as port, scanner.port:
        desk = Desk(folder=folder, register=register, scanner=scanner, port=port.name, environment=environment)
        try:
            yield desk
        finally:
            desk.kill()


class Server:
    """The API at one address, whoever serves it: killed and started again."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**environment, "RACHUN_ROLE": "app"}
        self._port = free_port()
        self._process: Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = [*UVICORN, "--host", "127.0.0.1", "--port", str(self._port)]
        process = Process(command, environment=self._environment)
        eventually(lambda: is_listening(self._port), told=process.told)
        self._process = process

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
