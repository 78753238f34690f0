"""Ask for bills on paper: a batch and its job; go on with a batch that was stopped."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.base.transactions import use_case
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.refusals import NothingToPrint, PrintFinished, PrintUnderWay, RunNotIssued
from rachun.apps.billing.selectors.print_order import bills_of
from rachun.apps.documents.models import Document, PrintBatch
from rachun.apps.documents.services import hold_batch
from rachun.values.ids import uuid7

PRINT = "billing.print_bills"
BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrint:
    """Bills of a run, or of the days [document_date_from, document_date_before) of a legal entity."""

    legal_entity_id: UUID
    run_id: UUID | None
    branch_id: UUID | None
    document_date_from: date | None
    document_date_before: date | None
    delivery: str | None
    order: str
    form: str
    is_split_by_branch: bool
    bills_per_file: int
    megabytes_per_file: int


@use_case
def start_print(*, new: NewPrint, created_by: UUID | None, created_at: datetime) -> PrintBatch:
    """Raises RunNotIssued, NothingToPrint."""
    if new.run_id is not None:
        state = BillRun.objects.values_list("state", flat=True).get(id=new.run_id)
        if state != BillRun.State.ISSUED:
            raise RunNotIssued(state=state)
    batch = PrintBatch(
        legal_entity_id=new.legal_entity_id,
        branch_id=new.branch_id,
        kind=Document.Kind.BILL,
        subject_id=new.run_id,
        chosen=chosen_by(new),
        order=new.order,
        form=new.form,
        is_split_by_branch=new.is_split_by_branch,
        most_per_file=new.bills_per_file,
        most_bytes=new.megabytes_per_file * BYTES_PER_MB,
        created_by=created_by,
        created_at=created_at,
    )
    batch.document_count = bills_of(batch).count()
    if not batch.document_count:
        raise NothingToPrint
    batch.job_id = uuid7()  # of a job that is written below, with the id of the batch
    batch.save(force_insert=True)
    job = print_job(batch)
    record_audit(
        operation="createBillPrint",
        object_kind="print_batch",
        object_id=batch.id,
        legal_entity_id=batch.legal_entity_id,
        after={"run_id": batch.subject_id, "bills": batch.document_count, "job_id": job.id, **batch.chosen},
    )
    return batch


def chosen_by(new: NewPrint) -> dict[str, Any]:
    def told(day: date | None) -> str | None:
        return None if day is None else day.isoformat()

    return {
        "delivery": new.delivery,
        "document_date_from": told(new.document_date_from),
        "document_date_before": told(new.document_date_before),
    }


def print_job(batch: PrintBatch) -> Job:
    job = enqueue(
        PRINT,
        params={"batch_id": str(batch.id)},
        legal_entity_id=batch.legal_entity_id,
        total=batch.document_count,
    )
    batch.job_id = job.id
    batch.save(update_fields=["job_id"])
    return job


@use_case
def resume_print(*, batch_id: UUID) -> PrintBatch:
    """Go on with a batch that was stopped or failed; what is printed is not printed again.

    Raises PrintFinished, PrintUnderWay.
    """
    batch = hold_batch(batch_id)
    if batch.finished_at is not None:
        raise PrintFinished
    if Job.objects.filter(id=batch.job_id, state__in=[Job.State.PENDING, Job.State.RUNNING]).exists():
        raise PrintUnderWay(job_id=batch.job_id)
    job = print_job(batch)
    record_audit(
        operation="resumeBillPrint",
        object_kind="print_batch",
        object_id=batch.id,
        legal_entity_id=batch.legal_entity_id,
        after={"job_id": job.id},
    )
    return batch
