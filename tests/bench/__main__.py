"""python -m tests.bench [JOB] [--n N] [--data FOLDER]: figures of one job, or of all and docs/benchmarks.md."""

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.data import REPOSITORY
from tests.bench.figures import Figure

JOBS = ("engine", "engine-calls", "quote", "C1", "C2", "A", "B", "D")
OWN_DATA = ("engine", "engine-calls", "quote")
TARGET = REPOSITORY / "docs" / "benchmarks.md"


def run(*, job: str, n: int | None, data: Path | None) -> Figure:
    """One job a process: each has a server of its own."""
    if job == "engine":
        from tests.bench import pricing

        return pricing.run(n=n or pricing.N_DEFAULT, data=data)
    if job == "engine-calls":
        from tests.bench import rated_calls

        return rated_calls.run(n=n or rated_calls.N_DEFAULT, data=data)
    from tests.bench.place import bench_place

    with bench_place() as place:
        from tests.bench import calls, mass_print, metered, online, quote, subscriptions

        module = {"C1": calls, "C2": online, "A": subscriptions, "B": metered, "D": mass_print, "quote": quote}[job]
        return module.run(place=place, n=n or module.N_DEFAULT, data=data)


def run_all(*, n: int | None, data: Path | None) -> int:
    lines = []
    for job in JOBS:
        options = [
            *(["--n", str(n)] if n else []),
            *(["--data", str(data)] if data and job not in OWN_DATA else []),
        ]
        command = [sys.executable, "-m", "tests.bench", job, *options]
        done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=False)
        sys.stdout.write(done.stdout)
        lines.append(done.stdout.strip().rpartition("\n")[2] or f"{job} failed with exit code {done.returncode}")
    TARGET.write_text(page(lines))
    return 0 if all('"ok": true' in line for line in lines) else 1


def page(lines: list[str]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    made = f"{datetime.now(UTC):%Y-%m-%d}"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {memory} GiB, {platform.system()}"
    load = f"{os.getloadavg()[2]:.1f}"
    return f"""# Benchmarks

Written by `make bench` on {made}. Machine: {machine}, Python {platform.python_version()}; load average of the
quarter of an hour around the run: {load}. The machine may be shared: read the ratio, which is taken against a limit in
the same run, not the seconds. What each job does and what its keys mean: `tests/bench/README.md`.

```
{chr(10).join(lines)}
```
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", nargs="?", choices=JOBS)
    parser.add_argument("--n", type=int)
    parser.add_argument("--data", type=Path)
    told = parser.parse_args()
    if told.job is None:
        return run_all(n=told.n, data=told.data)
    found = run(job=told.job, n=told.n, data=told.data)
    sys.stdout.write(f"{found.line()}\n")
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(main())
