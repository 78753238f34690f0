"""Give up a run before it is issued."""

from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import use_case
from rachun.apps.billing.locks import lock_run
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.refusals import RunNotCancellable
from rachun.apps.billing.services.start_calculation import CALCULATE, clear_calculation, is_left_behind


@use_case
def cancel_run(*, run_id: UUID, why: str) -> BillRun:
    """Throw away what was calculated. Raises RunNotCancellable."""
    run = lock_run(run_id)
    may = {BillRun.State.DRAFT, BillRun.State.CALCULATED, BillRun.State.REVIEWED}
    if run.state not in may and not is_left_behind(run=run, state=BillRun.State.CALCULATING, kind=CALCULATE):
        raise RunNotCancellable(state=run.state)
    clear_calculation(run)
    before = {"state": run.state}
    run.state = BillRun.State.CANCELLED
    run.save(update_fields=["state"])
    record_audit(
        operation="cancelBillRun",
        object_kind="bill_run",
        object_id=run.id,
        legal_entity_id=run.legal_entity_id,
        before=before,
        after={"state": run.state},
        why=why,
    )
    return run
