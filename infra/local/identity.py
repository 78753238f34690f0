"""Which process is which: a pid alone may be reused, a pid with its start time may not."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    pid: int
    started_ticks: int  # since boot, field 22 of /proc/<pid>/stat

    def is_alive(self) -> bool:
        return identity_of(self.pid) == self

    def signal(self, number: signal.Signals) -> bool:
        """Signal exactly this process; False when it is gone (a reused pid is never signalled)."""
        if not self.is_alive():
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True


def identity_of(pid: int) -> ProcessIdentity | None:
    """The identity of a living process; None when there is none, or only a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in {"Z", "X"}:
        return None
    return ProcessIdentity(pid=pid, started_ticks=int(fields[19]))


def write_pid_file(path: Path, identity: ProcessIdentity) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(f"{identity.pid} {identity.started_ticks}\n")
    draft.replace(path)


def read_pid_file(path: Path) -> ProcessIdentity | None:
    """The recorded process if it still lives; None for a missing, torn or stale file."""
    try:
        pid, ticks = path.read_text().split()
        recorded = ProcessIdentity(pid=int(pid), started_ticks=int(ticks))
    except (FileNotFoundError, ValueError):
        return None
    return recorded if recorded.is_alive() else None


def wait_until(condition: Callable[[], bool], *, timeout_s: float, every_s: float = 0.02) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def end_process(identity: ProcessIdentity, *, timeout_s: float, gentle: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process to end, and kill it when it has not after the timeout."""
    if not identity.signal(gentle):
        return
    if wait_until(lambda: not identity.is_alive(), timeout_s=timeout_s):
        return
    identity.signal(signal.SIGKILL)
    wait_until(lambda: not identity.is_alive(), timeout_s=5.0)
