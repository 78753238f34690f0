"""The enterprise's files go in the way an operator's do: kept by hash, loaded by a job."""

from typing import Any
from uuid import UUID

from django.db import transaction

from rachun.apps.base.files import keep_file
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.demo.generate.files import DemoFile, FileKind
from rachun.apps.demo.services.work import finish
from rachun.apps.usage.models import UsageSource

JOB_KINDS = {
    FileKind.CUSTOMERS: "agreements.import_customers",
    FileKind.READINGS: "metering.import_readings",
    FileKind.CALLS: "rating.load_usage",
    FileKind.DELIVERIES: "rating.load_usage",
}


class DemoFileRefused(Exception):
    """An importer did not take a row of a file that the demo itself made."""


def load_file(*, legal_entity_id: UUID, file: DemoFile, is_inline: bool) -> Job:
    """Raises DemoFileRefused when a row was not taken, JobNotDone."""
    params: dict[str, Any] = {"name": file.name, "sha256": keep_file(content=file.content)}
    if file.kind is FileKind.READINGS:
        params["format"] = "readings"
    if file.source:
        source = UsageSource.objects.get(legal_entity_id=legal_entity_id, code=file.source)
        params["source_id"] = str(source.id)
    with transaction.atomic():
        job = enqueue(JOB_KINDS[file.kind], params=params, legal_entity_id=legal_entity_id)
    done = finish(job=job, is_inline=is_inline)
    if error := done.row_errors.order_by("row_no").first():
        raise DemoFileRefused(f"{file.name}, row {error.row_no}, {error.field}: {error.code} {error.params}")
    return done
