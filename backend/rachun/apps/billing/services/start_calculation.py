"""Ask for a calculation: what an earlier one left is thrown away, a job does the rest."""

from datetime import datetime
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.base.partitions import drop_load
from rachun.apps.base.transactions import use_case
from rachun.apps.billing.locks import lock_run
from rachun.apps.billing.models import (
    BillRun,
    BillRunChunk,
    DraftAllowance,
    DraftBill,
    DraftEstimate,
    DraftInterval,
    DraftItem,
    ParkedAccount,
)
from rachun.apps.billing.refusals import RunNotCalculable
from rachun.apps.usage.services import release_usage

CALCULATE = "billing.calculate"
ISSUE = "billing.issue"


@use_case
def start_calculation(*, run_id: UUID, known_until: datetime, chunk_size: int | None = None) -> Job:
    """Move the run to CALCULATING as of the cut-off; an approval is taken back. Raises RunNotCalculable.

    A calculation whose job failed or was cancelled may be started again, and so may a run whose issuing was refused
    before its first bill.
    """
    run = lock_run(run_id)
    may = {BillRun.State.DRAFT, BillRun.State.CALCULATED, BillRun.State.REVIEWED}
    if run.state not in may and not is_left_behind(run=run, state=BillRun.State.CALCULATING, kind=CALCULATE):
        refuse_begun_issue(run)
    clear_calculation(run)
    before = {"state": run.state}
    run.state, run.known_until = BillRun.State.CALCULATING, known_until
    run.calculated_at = run.approved_at = run.approved_by = None
    run.save(update_fields=["state", "known_until", "calculated_at", "approved_at", "approved_by"])
    record_audit(
        operation="calculateBillRun",
        object_kind="bill_run",
        object_id=run.id,
        legal_entity_id=run.legal_entity_id,
        before=before,
        after={"state": run.state, "known_until": known_until},
    )
    params = {"run_id": str(run.id), **({"chunk_size": chunk_size} if chunk_size else {})}
    return enqueue(CALCULATE, params=params, legal_entity_id=run.legal_entity_id)


def refuse_begun_issue(run: BillRun) -> None:
    """Raises RunNotCalculable unless issuing failed and left no bill."""
    has_failed = is_left_behind(run=run, state=BillRun.State.ISSUING, kind=ISSUE)
    if not has_failed or run.chunks.filter(issued_at__isnull=False).exists():
        raise RunNotCalculable(state=run.state)


def clear_calculation(run: BillRun) -> None:
    """Throw away charges, drafts and parked accounts; a final run keeps the accounts it was given."""
    drop_load(parent="billing_charge", load_key=run.id)
    DraftAllowance.objects.filter(chunk__run_id=run.id).delete()
    DraftInterval.objects.filter(chunk__run_id=run.id).delete()
    DraftEstimate.objects.filter(chunk__run_id=run.id).delete()
    DraftItem.objects.filter(chunk__run_id=run.id).delete()
    ParkedAccount.objects.filter(run_id=run.id).delete()
    DraftBill.objects.filter(run_id=run.id).delete()
    chunks = BillRunChunk.objects.filter(run_id=run.id)
    release_usage(holder_ids=list(chunks.values_list("id", flat=True)))
    if run.kind == BillRun.Kind.FINAL:
        chunks.update(calculated_at=None, tallies={})
    else:
        chunks.delete()


def is_left_behind(*, run: BillRun, state: str, kind: str) -> bool:
    """The run is in the state of a job that no longer runs."""
    open_jobs = Job.objects.filter(
        kind=kind, params__run_id=str(run.id), state__in=[Job.State.PENDING, Job.State.RUNNING]
    )
    return run.state == state and not open_jobs.exists()
