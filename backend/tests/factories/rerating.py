"""Re-ratings over the interface: orders, jobs, and what they left."""

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.catalog.models import DestinationRate
from rachun.apps.identity.models import Branch
from rachun.apps.usage.models import UsageRecord, UsageSource
from rest_framework.test import APIClient

KOVAL, SHEVA, MOBILE, LOCAL = "380432550101", "380432550102", "380671234567", "380432550900"
JANUARY = {"from_date": "2026-01-01", "to_date": "2026-02-01"}


def load(source: UsageSource, *lines: str) -> None:
    file = keep_file(content="\n".join(lines).encode())
    with transaction.atomic():
        job = enqueue("rating.load_usage", params={"source_id": str(source.id), "name": "f", "sha256": file})
    assert run_job_now(job.id).state == Job.State.DONE


def call(at: str, called: str = MOBILE, *, caller: str = KOVAL, seconds: int = 60) -> str:
    return f"{at}\t{seconds}\t{caller}\t{caller}\t{called}\t{called}\t0\t1\t0\t{seconds}"


def correct(prefix: str, *, price: str | None, table: str = "calls") -> None:
    """None: the prefix is priced no more."""
    [wrong] = DestinationRate.objects.filter(prefix=prefix, table__code=table, superseded_at__isnull=True)
    DestinationRate.objects.filter(id=wrong.id).update(superseded_at=timezone.now())
    if price is not None:
        wrong.id, wrong.price_per_minute, wrong.recorded_at = uuid4(), price, timezone.now()
        wrong.save(force_insert=True)


def bill(*, hour: int) -> UUID:
    bill_id = uuid4()
    assert UsageRecord.objects.filter(occurred_at__hour=hour).update(state="BILLED", bill_id=bill_id) == 1
    return bill_id


def post(client: APIClient, address: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/v1/{address}", body or {}, format="json", headers={"Idempotency-Key": str(uuid4())})


def rehearse(client: APIClient, branch: Branch, **asked: Any) -> str:
    body = {"legal_entity_id": str(branch.legal_entity_id), **JANUARY, "why": "list corrected", **asked}
    answer = post(client, "reratings", body)
    assert answer.status_code == 202, answer.content
    assert run_job_now(UUID(answer.data["job"]["id"])).state == Job.State.DONE
    return str(answer.data["rerating"]["id"])


def apply(client: APIClient, rerating_id: str) -> Job:
    answer = post(client, f"reratings/{rerating_id}/apply")
    assert answer.status_code == 202, answer.content
    return run_job_now(UUID(answer.data["id"]))


def told(client: APIClient, rerating_id: str, what: str = "") -> Any:
    answer = client.get(f"/api/v1/reratings/{rerating_id}{what}")
    assert answer.status_code == 200, answer.content
    return answer.data["results"] if what else answer.data


def stored() -> list[tuple[int, str, int | None, int | None]]:
    """By start: hour in UTC, state, seconds covered, amount."""
    found = UsageRecord.objects.order_by("occurred_at")
    return [(one.occurred_at.hour, one.state, one.covered_s, one.amount_micro) for one in found]
