"""What a job gives back, and how time, processor and memory are counted."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    wall_s: float
    cpu_client_s: float
    cpu_server_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    job: str
    n: int
    ok: bool
    wall_s: float
    cpu_client_s: float
    cpu_server_s: float
    rate_per_s: float
    against: str
    ratio: float | None
    peak_mib: int

    def line(self) -> str:
        return json.dumps(asdict(self))


def figure(*, job: str, n: int, ok: bool, spent: Spent, against: str, limit_rate: float | None) -> Figure:
    rate = n / spent.wall_s
    return Figure(
        job=job,
        n=n,
        ok=ok,
        wall_s=round(spent.wall_s, 3),
        cpu_client_s=round(spent.cpu_client_s, 3),
        cpu_server_s=round(spent.cpu_server_s, 3),
        rate_per_s=round(rate, 1),
        against=against,
        ratio=round(rate / limit_rate, 4) if limit_rate else None,
        peak_mib=peak_mib(),
    )


def peak_mib() -> int:
    """Of this program's memory since it began; getrusage would tell the parent's, where that was larger."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) // 1024


def timed(work: Callable[[], Any], *, server_pid: int | None = None) -> Spent:
    server, client, wall = cpu_of(server_pid), time.process_time(), time.perf_counter()
    work()
    return Spent(
        wall_s=time.perf_counter() - wall,
        cpu_client_s=time.process_time() - client,
        cpu_server_s=cpu_of(server_pid) - server,
    )


def cpu_of(pid: int | None) -> float:
    """Of a process, its ended children and its living ones."""
    if pid is None:
        return 0.0
    living = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(times(process) for process in [str(pid), *living]) / TICKS


def times(pid: str) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it ended between the two looks, and its parent counts it now
        return 0
    return sum(int(field) for field in fields[11:15])
