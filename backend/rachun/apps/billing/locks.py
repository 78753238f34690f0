"""Every row lock of billing. Order: run, then chunk, then (at the very end) the number series."""

from uuid import UUID

from rachun.apps.base.errors import NotFound
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.billing.models import BillRun, BillRunChunk


def lock_run(run_id: UUID) -> BillRun:
    """Raises NotFound."""
    assert_in_transaction()
    run = BillRun.objects.select_for_update(of=("self",)).select_related("legal_entity").filter(id=run_id).first()
    if run is None:
        raise NotFound(run_id=run_id)
    return run


def lock_chunk(chunk_id: UUID) -> BillRunChunk:
    assert_in_transaction()
    return BillRunChunk.objects.select_for_update().get(id=chunk_id)
