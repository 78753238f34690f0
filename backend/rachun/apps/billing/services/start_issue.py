"""Let an approved run become bills: a job does the rest."""

from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.base.transactions import use_case
from rachun.apps.billing.locks import lock_run
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.refusals import RunNotReviewed
from rachun.apps.billing.services.approve_run import refuse_changed_inputs
from rachun.apps.billing.services.start_calculation import ISSUE, is_left_behind
from rachun.apps.ledger.models import AccountingPeriod
from rachun.apps.ledger.services.periods import refuse_closed
from rachun.apps.usage.services import seal_usage


@use_case
def start_issue(*, run_id: UUID) -> Job:
    """Move the run to ISSUING. Raises RunNotReviewed, InputsChanged, PeriodIsClosed.

    A run whose issuing failed half-way may be started again; it goes on where it stopped.
    """
    run = lock_run(run_id)
    chunks = list(run.chunks.values_list("id", flat=True))
    if is_left_behind(run=run, state=BillRun.State.ISSUING, kind=ISSUE):
        seal_usage(legal_entity_id=run.legal_entity_id, holder_ids=chunks)
        return enqueue(ISSUE, params={"run_id": str(run.id)}, legal_entity_id=run.legal_entity_id)
    if run.state != BillRun.State.REVIEWED:
        raise RunNotReviewed(state=run.state)
    seal_usage(legal_entity_id=run.legal_entity_id, holder_ids=chunks)  # before the look at what is sealed
    refuse_changed_inputs(run)
    refuse_closed(
        legal_entity_id=run.legal_entity_id, area=AccountingPeriod.Area.SALES, accounting_date=run.document_date
    )
    run.state = BillRun.State.ISSUING
    run.save(update_fields=["state"])
    record_audit(
        operation="issueBillRun",
        object_kind="bill_run",
        object_id=run.id,
        legal_entity_id=run.legal_entity_id,
        before={"state": BillRun.State.REVIEWED},
        after={"state": run.state},
    )
    return enqueue(ISSUE, params={"run_id": str(run.id)}, legal_entity_id=run.legal_entity_id)
