"""python -m tests.bench.worker JOB SERVER_PID: one job in a process of its own, as a worker runs it, and what it took.

The process that prepared a bench holds what it prepared with; here the peak of memory is the job's own.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from uuid import UUID

from tests.bench.data import REPOSITORY
from tests.bench.figures import Spent, peak_mib, timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    spent: Spent
    peak_mib: int


def run_apart(*, job_id: UUID, server_pid: int) -> Ran:
    command = [sys.executable, "-m", "tests.bench.worker", str(job_id), str(server_pid)]
    told = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = json.loads(told.splitlines()[-1])
    return Ran(spent=Spent(**found["spent"]), peak_mib=found["peak_mib"])


def main() -> int:
    import django

    django.setup()
    from rachun.apps.base.job_runner import run_claimed_job
    from rachun.apps.base.jobs import discover_handlers

    discover_handlers()  # a worker has read its code when a job comes
    job_id, server_pid = UUID(sys.argv[1]), int(sys.argv[2])
    spent = timed(lambda: run_claimed_job(job_id=job_id), server_pid=server_pid)
    sys.stdout.write(f"{json.dumps(asdict(Ran(spent=spent, peak_mib=peak_mib())))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
