"""The work of a calculation: choose accounts, price chunk by chunk, close with the control sheet."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from rachun.apps.base.jobs import JobContext
from rachun.apps.base.partitions import open_load
from rachun.apps.billing.locks import lock_run
from rachun.apps.billing.models import BillRun, BillRunChunk
from rachun.apps.billing.selectors.run_accounts import list_run_accounts
from rachun.apps.billing.services.calculate_chunk import calculate_chunk
from rachun.apps.billing.services.chunks import CHUNK_SIZE, accounts_of, split
from rachun.apps.billing.services.make_control_sheet import make_control_sheet
from rachun.apps.billing.services.side_by_side import Turn, do_chunks


def run_calculation(
    *, run_id: UUID, job: JobContext, clock: Callable[[], datetime], chunk_size: int | None = None
) -> Mapping[str, Any]:
    """Calculate every chunk that is not yet, each in one transaction, then move the run to CALCULATED."""
    with transaction.atomic(durable=True):
        run = lock_run(run_id)
        if run.state != BillRun.State.CALCULATING:
            return {"state": run.state}
        plan_chunks(run=run, size=chunk_size or CHUNK_SIZE)
        open_load(parent="billing_charge", load_key=run.id)
        chunks = list(BillRunChunk.objects.filter(run_id=run_id).order_by("number"))
        waiting = [chunk for chunk in chunks if chunk.calculated_at is None]
        total = accounts_of(chunks)
        job.progress(done=total - accounts_of(waiting), total=total)

    def calculate(chunk: BillRunChunk, _turn: Turn) -> None:
        job.raise_if_cancelled()
        with transaction.atomic(durable=True):
            calculate_chunk(run=run, chunk_id=chunk.id, calculated_at=clock())
            job.advance(by=len(chunk.account_ids))

    do_chunks(chunks=waiting, work=calculate, job=job)
    with transaction.atomic(durable=True):
        return finish_calculation(run_id=run_id, calculated_at=clock(), job=job)


def plan_chunks(*, run: BillRun, size: int) -> None:
    if not BillRunChunk.objects.filter(run_id=run.id).exists():
        BillRunChunk.objects.bulk_create(split(run_id=run.id, account_ids=list_run_accounts(run=run), size=size))


def finish_calculation(*, run_id: UUID, calculated_at: datetime, job: JobContext) -> Mapping[str, Any]:
    run = lock_run(run_id)
    sheet = make_control_sheet(run=run, made_at=calculated_at)
    run.state, run.calculated_at = BillRun.State.CALCULATED, calculated_at
    run.save(update_fields=["state", "calculated_at"])
    job.progress(done=sum(len(ids) for ids in run.chunks.values_list("account_ids", flat=True)))
    return {"state": run.state, "is_balanced": sheet.is_balanced, **sheet.figures}
