"""Starts the services, starts again what falls, ends everything in order. Runs detached; see stack.py for the commands.

Note [Killed supervisor]: its children live on. Each has a pid file with pid and start time; the next start ends exactly
those (and what is left of their sessions), never a stranger that got the same number.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from infra.local.identity import (
    ProcessIdentity,
    end_process,
    identity_of,
    kill_session,
    read_pid_file,
    recorded_in,
    write_pid_file,
)
from infra.local.logs import rotate
from infra.local.places import Places
from infra.local.services import Service

TICK_S = 0.1
BACKOFF_FIRST_S = 0.25
BACKOFF_MAX_S = 30.0
STEADY_AFTER_S = 30.0
ROTATE_EVERY_S = 10.0
NAME = "supervisor"


class AlreadyRunning(RuntimeError):
    """Another supervisor holds this folder's lock."""


@dataclass(slots=True, kw_only=True)
class Watched:
    """One service and what happened to it so far."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_after: float = 0.0
    falls: int = 0
    restarts: int = 0


class Supervisor:
    def __init__(self, *, services: Sequence[Service], places: Places) -> None:
        self.places = places
        self.watched = [Watched(service=service) for service in services]
        self._stopping = False
        self._rotated_at = 0.0

    def run(self) -> None:
        """Until SIGTERM or SIGINT. Raises AlreadyRunning."""
        self.places.make()
        with hold_lock(self.places.run / "supervisor.lock"):
            signal.signal(signal.SIGTERM, self._on_stop)
            signal.signal(signal.SIGINT, self._on_stop)
            own = identity_of(os.getpid())
            assert own is not None, "a running process has an identity"
            end_orphans(places=self.places, names=[w.service.name for w in reversed(self.watched)])
            write_pid_file(self.places.pid_file(NAME), own)
            say(f"supervisor {own.pid} looks after {', '.join(w.service.name for w in self.watched)}")
            try:
                while not self._stopping:
                    self.tick(now=time.monotonic())
                    time.sleep(TICK_S)
            finally:
                self.stop_all()

    def _on_stop(self, number: int, _frame: object) -> None:
        say(f"asked to stop ({signal.Signals(number).name})")
        self._stopping = True

    def tick(self, *, now: float) -> None:
        is_prepared = prepared_mark(self.places).exists()
        for watched in self.watched:
            if watched.process is not None and watched.process.poll() is not None:
                self._note_fall(watched, now=now)
            if watched.process is None and now >= watched.start_after and (is_prepared or watched.service.is_server):
                self._start(watched, now=now)
        if now - self._rotated_at > ROTATE_EVERY_S:
            self._rotated_at = now
            for log in self.places.log.glob("*.log"):
                rotate(log)

    def _start(self, watched: Watched, *, now: float) -> None:
        service = watched.service
        try:
            service.before_start()
            watched.process = launch(service, places=self.places)
        except (OSError, RuntimeError) as error:  # a full disk, a missing program: say so and try again later
            say(f"{service.name} could not start: {error}")
            self._back_off(watched, now=now)
            return
        watched.started_at = now
        if identity := identity_of(watched.process.pid):
            write_pid_file(self.places.pid_file(service.name), identity)
        say(f"{service.name} started as {watched.process.pid}")
        self._write_status()

    def _note_fall(self, watched: Watched, *, now: float) -> None:
        assert watched.process is not None, "only a started process can fall"
        identity = recorded_in(self.places.pid_file(watched.service.name))
        if identity is not None:
            kill_session(identity, mark=self.places.mark)
        if now - watched.started_at > STEADY_AFTER_S:
            watched.falls = 0
        self._back_off(watched, now=now)
        wait_s = watched.start_after - now
        say(f"{watched.service.name} ended with {watched.process.returncode}; again in {wait_s:.2f} s")
        watched.process = None
        watched.restarts += 1
        self._write_status()

    def _back_off(self, watched: Watched, *, now: float) -> None:
        watched.start_after = now + min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2**watched.falls)
        watched.falls = min(watched.falls + 1, 10)

    def _write_status(self) -> None:
        rows = {
            w.service.name: {"pid": w.process.pid if w.process else None, "restarts": w.restarts} for w in self.watched
        }
        draft = self.places.run / "status.new"
        draft.write_text(json.dumps(rows, indent=2) + "\n")
        draft.replace(self.places.run / "status.json")

    def stop_all(self) -> None:
        for watched in reversed(self.watched):
            if watched.process is not None:
                self._stop(watched)
        prepared_mark(self.places).unlink(missing_ok=True)
        self.places.pid_file(NAME).unlink(missing_ok=True)
        say("everything is stopped")

    def _stop(self, watched: Watched) -> None:
        assert watched.process is not None, "only a started process can be stopped"
        service, process = watched.service, watched.process
        identity = recorded_in(self.places.pid_file(service.name))
        process.send_signal(service.stop_signal)
        try:
            process.wait(service.stop_timeout_s)
        except subprocess.TimeoutExpired:
            say(f"{service.name} did not end in {service.stop_timeout_s:.0f} s and is killed")
            process.kill()
            process.wait()
        if identity is not None:
            kill_session(identity, mark=self.places.mark)
        self.places.pid_file(service.name).unlink(missing_ok=True)
        say(f"{service.name} stopped")


def launch(service: Service, *, places: Places) -> subprocess.Popen[bytes]:
    name, value = places.mark.split("=", 1)
    with (places.log / f"{service.name}.log").open("ab") as output:
        return subprocess.Popen(
            service.command,
            env={**service.environment, name: value},
            cwd=service.working_dir,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **service.popen_kwargs,
        )


def end_orphans(*, places: Places, names: Sequence[str]) -> list[str]:
    """End what a killed supervisor left behind, in the given order; the names of those that still lived."""
    found = []
    for name in names:
        path = places.pid_file(name)
        recorded = recorded_in(path)
        if recorded is None:
            continue
        if recorded.is_alive():
            say(f"{name} ({recorded.pid}) was left behind and is ended")
            gentle = signal.SIGINT if name == "postgres" else signal.SIGTERM
            end_process(recorded, timeout_s=30.0, gentle=gentle)
            found.append(name)
        kill_session(recorded, mark=places.mark)
        path.unlink(missing_ok=True)
    return found


def running_supervisor(places: Places) -> ProcessIdentity | None:
    return read_pid_file(places.pid_file(NAME))


def prepared_mark(places: Places) -> Path:
    """Exists once migrations and roles are in place, so that the applications may start."""
    return places.run / "prepared"


@contextmanager
def hold_lock(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Raises AlreadyRunning when somebody holds it, unless told to wait. The kernel frees it with its holder."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise AlreadyRunning(str(path)) from error
        yield


def say(text: str) -> None:
    print(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}", flush=True)
