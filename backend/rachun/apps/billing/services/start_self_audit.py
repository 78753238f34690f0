"""The nightly self-audit as a job, so that a worker does it and its outcome is seen among the jobs."""

from datetime import datetime, timedelta

from django.db import transaction

from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job

SELF_AUDIT = "billing.self_audit"
ONCE_IN = timedelta(hours=20)  # a day, less what a late scheduler may take
RANDOM_COUNT = 200
RISKY_COUNT = 100


def start_self_audit(*, now: datetime) -> Job | None:
    """None when one was started within the day. The seed is the day, so the sample can be drawn again."""
    with transaction.atomic():
        if Job.objects.filter(kind=SELF_AUDIT, created_at__gt=now - ONCE_IN).exists():
            return None
        params = {"random_count": RANDOM_COUNT, "risky_count": RISKY_COUNT, "seed": f"{now:%Y-%m-%d}"}
        return enqueue(SELF_AUDIT, params=params)
