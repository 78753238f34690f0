"""Jobs of the demo: done in this process, or left to the workers and waited for."""

import time
from datetime import timedelta

from rachun.apps.base.job_runner import run_claimed_job
from rachun.apps.base.models import Job

POLL_S = 0.2
LONGEST_WAIT = timedelta(minutes=20)
OPEN_STATES = (Job.State.PENDING, Job.State.RUNNING)


class JobNotDone(Exception):
    """A job of the demo failed, was cancelled, or no worker took it."""


def finish(*, job: Job, is_inline: bool) -> Job:
    """Wait until the job is done; inline it is done here, unless a worker was quicker. Raises JobNotDone."""
    is_waited_for = True
    if is_inline:
        run_claimed_job(job_id=job.id)
        is_waited_for = not Job.objects.filter(id=job.id, state=Job.State.PENDING).exists()
    waited_s, found = 0.0, Job.objects.get(id=job.id)
    while is_waited_for and found.state in OPEN_STATES and waited_s < LONGEST_WAIT.total_seconds():
        time.sleep(POLL_S)
        waited_s += POLL_S
        found = Job.objects.get(id=job.id)
    if found.state != Job.State.DONE:
        raise JobNotDone(f"{found.kind} {found.id} is {found.state}: {found.failure or 'no worker finished it'}")
    return found
