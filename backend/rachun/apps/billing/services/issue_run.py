"""The work of issuing: chunk by chunk, then one finisher. Killed anywhere and started again it ends the same."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from rachun.apps.base.audit import plain
from rachun.apps.base.events import emit
from rachun.apps.base.jobs import JobContext, enqueue
from rachun.apps.base.models import OutboxRow
from rachun.apps.base.partitions import attach_load, open_load
from rachun.apps.billing.events import BillRunIssued
from rachun.apps.billing.locks import lock_run
from rachun.apps.billing.models import Bill, BillRun, BillRunChunk, DraftAllowance, DraftInterval, DraftItem
from rachun.apps.billing.refusals import ControlSheetDiffers
from rachun.apps.billing.services.chunks import CHUNK_SIZE, accounts_of
from rachun.apps.billing.services.issue_chunk import issue_chunk
from rachun.apps.billing.services.make_control_sheet import make_control_sheet
from rachun.apps.billing.services.side_by_side import Turn, do_chunks
from rachun.apps.ledger.selectors.balances import list_advance_accounts
from rachun.apps.ledger.services.refusals import database_refusals
from rachun.apps.receivables.services.use_advances import use_advances
from rachun.apps.usage.services import release_usage

RENDER = "billing.render_bills"


def issue_run(*, run_id: UUID, job: JobContext, clock: Callable[[], datetime]) -> Mapping[str, Any]:
    """Issue every chunk that is not yet, attach the run's tables, use advances, close with the control sheet."""
    run = BillRun.objects.select_related("legal_entity").get(id=run_id)
    if run.state != BillRun.State.ISSUING:
        return {"state": run.state}
    chunks = list(BillRunChunk.objects.filter(run_id=run_id).order_by("number"))
    waiting, total = [chunk for chunk in chunks if chunk.issued_at is None], accounts_of(chunks)
    with transaction.atomic(durable=True):
        open_load(parent="ledger_posting", load_key=run.id)
        job.progress(done=total - accounts_of(waiting), total=total)

    def issue(chunk: BillRunChunk, turn: Turn) -> None:
        with transaction.atomic(durable=True):
            issue_chunk(run=run, chunk_id=chunk.id, issued_at=clock(), turn=turn)
            job.advance(by=len(chunk.account_ids))

    do_chunks(chunks=waiting, work=issue, job=job)
    with transaction.atomic(durable=True):
        attach_run(run_id=run_id, job=job)
    settle(run=run, job=job, clock=clock, done=total)
    with transaction.atomic(durable=True):
        return finish_issue(run_id=run_id, issued_at=clock(), job=job)


def attach_run(*, run_id: UUID, job: JobContext) -> None:
    """The run's charges and postings become part of the books, checked as sets; one finisher at a time."""
    run = lock_run(run_id)
    with database_refusals():
        for parent in ("billing_charge", "ledger_posting"):
            open_load(parent=parent, load_key=run.id)
            attach_load(parent=parent, load_key=run.id)
    job.checkpoint({"attached": True})


def settle(*, run: BillRun, job: JobContext, clock: Callable[[], datetime], done: int) -> None:
    """Let the advances of the billed accounts pay their new bills."""
    bills = Bill.objects.filter(run_id=run.id, account_id__in=list_advance_accounts()).order_by("account_id")
    found = list(bills.values_list("account_id", "id"))
    for start in range(0, len(found), CHUNK_SIZE):
        with transaction.atomic(durable=True):
            use_advances(
                bill_by_account=dict(found[start : start + CHUNK_SIZE]),
                accounting_date=run.document_date,
                recorded_at=clock(),
            )
            job.progress(done=done)


def finish_issue(*, run_id: UUID, issued_at: datetime, job: JobContext) -> Mapping[str, Any]:
    """Raises ControlSheetDiffers: the run then stays ISSUING, for a person to look at."""
    run = lock_run(run_id)
    if run.state != BillRun.State.ISSUING:
        return {"state": run.state}
    sheet = make_control_sheet(run=run, made_at=issued_at)
    if not sheet.is_balanced:
        raise ControlSheetDiffers(differences=sheet.figures["differences"])
    run.state, run.issued_at = BillRun.State.ISSUED, issued_at
    run.save(update_fields=["state", "issued_at"])
    DraftItem.objects.filter(chunk__run_id=run.id).delete()
    DraftAllowance.objects.filter(chunk__run_id=run.id).delete()
    DraftInterval.objects.filter(chunk__run_id=run.id).delete()
    release_usage(holder_ids=list(run.chunks.values_list("id", flat=True)))
    issued = BillRunIssued(run_id=run.id, legal_entity_id=run.legal_entity_id, issued_at=issued_at)
    emit(issued)
    OutboxRow.objects.create(topic="BillRunIssued", payload=plain(asdict(issued)))
    enqueue(RENDER, params={"run_id": str(run.id)}, legal_entity_id=run.legal_entity_id)
    job.progress(done=accounts_of(run.chunks.only("account_ids")))
    return {"state": run.state, **sheet.figures}
