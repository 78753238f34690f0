"""Real processes of the product: started on a database and a Valkey, killed without warning, waited for."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

REPOSITORY = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(REPOSITORY / "backend" / "manage.py")]
UVICORN = [sys.executable, "-m", "uvicorn", "rachun.config.asgi:application", "--lifespan", "off"]
PATIENCE_S = 60.0
Found = TypeVar("Found")


class Process:
    """One process group, so that a kill takes the children along as a power cut would."""

    def __init__(self, command: list[str], *, environment: Mapping[str, str]) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the process
        self._running = subprocess.Popen(
            command,
            cwd=REPOSITORY / "backend",
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._running.pid

    def kill(self) -> None:
        if self._running.poll() is None:
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()

    def wait(self) -> int:
        return self._running.wait(timeout=PATIENCE_S)

    def told(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")


@contextmanager
def running(command: list[str], *, environment: Mapping[str, str]) -> Iterator[Process]:
    process = Process(command, environment=environment)
    try:
        yield process
    finally:
        process.kill()


@contextmanager
def running_worker(environment: Mapping[str, str]) -> Iterator[Process]:
    """One process, two threads: enough to take a job while another one is held."""
    command = [*MANAGE, "worker", "--processes", "1", "--threads", "2"]
    with running(command, environment={**environment, "RACHUN_ROLE": "worker"}) as worker:
        yield worker


@contextmanager
def running_scheduler(environment: Mapping[str, str]) -> Iterator[Process]:
    with running([*MANAGE, "scheduler"], environment={**environment, "RACHUN_ROLE": "worker"}) as scheduler:
        yield scheduler


@contextmanager
def running_server(environment: Mapping[str, str]) -> Iterator[tuple[Process, str]]:
    """The API process and its address, once it answers."""
    port = free_port()
    command = [*UVICORN, "--host", "127.0.0.1", "--port", str(port)]
    with running(command, environment={**environment, "RACHUN_ROLE": "app"}) as server:
        eventually(lambda: is_listening(port), told=server.told)
        yield server, f"http://127.0.0.1:{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def eventually(
    look: Callable[[], Found],
    *,
    within_s: float = PATIENCE_S,
    every_s: float = 0.05,
    told: Callable[[], str] = lambda: "",
) -> Found:
    """What the look finds, as soon as that is something. Fails with what the processes told."""
    end = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < end, f"nothing within {within_s} s\n{told()[-4000:]}"
        time.sleep(every_s)
    return found
