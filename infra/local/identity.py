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
    draft.write_text(f"{identity.pid} {identity.started_ticks} {boot_id()}\n")
    draft.replace(path)


def read_pid_file(path: Path) -> ProcessIdentity | None:
    """The recorded process if it still lives; None for a missing, torn or stale file."""
    recorded = recorded_in(path)
    return recorded if recorded is not None and recorded.is_alive() else None


def recorded_in(path: Path) -> ProcessIdentity | None:
    """What the file says, alive or not; None for a missing or torn file, and for one from before the last boot."""
    try:
        pid, ticks, boot = path.read_text().split()
        identity = ProcessIdentity(pid=int(pid), started_ticks=int(ticks))
    except (FileNotFoundError, ValueError):
        return None
    return identity if boot == boot_id() else None


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def kill_session(leader: ProcessIdentity, *, mark: str) -> int:
    """Kill what is left of the session that a process led, once it is gone; how many there were.

    Only processes that carry `mark` in their environment: the number of an empty session may be given to strangers.
    """
    if identity_of(leader.pid) is not None:
        return 0
    members = [found for found in map(identity_of, session_pids(leader.pid)) if found is not None]
    ours = [member for member in members if carries(member.pid, mark=mark)]
    return sum(member.signal(signal.SIGKILL) for member in ours)


def carries(pid: int, *, mark: str) -> bool:
    """True when the process was started with this NAME=value in its environment."""
    try:
        return os.fsencode(mark) in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def session_pids(session: int) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _session_of(entry) == session]


def _session_of(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rsplit(")", 1)[1].split()[3])
    except (FileNotFoundError, ProcessLookupError):
        return None


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
