"""The one actor of the product."""

from typing import Any
from uuid import UUID

import dramatiq

from rachun.apps.base.job_runner import run_claimed_job
from rachun.apps.base.queue import broker

DAY_MS = 24 * 60 * 60 * 1000


@dramatiq.actor(actor_name="base.run_job", queue_name="jobs", max_retries=0, time_limit=DAY_MS, broker=broker)
def run_job(*, job_id: str, **_newer: Any) -> None:
    """Safe to redeliver: the lease lets one worker in, and a finished job is not claimed again."""
    run_claimed_job(job_id=UUID(job_id))
