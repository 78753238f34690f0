"""The work of printing a run: bill after bill; what is printed already is left as it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rachun.apps.base.jobs import JobContext
from rachun.apps.billing.models import Bill
from rachun.apps.billing.services.render_bill import deliver_bill, ensure_document

PROGRESS_EVERY = 20


def render_run(*, run_id: UUID, job: JobContext, clock: Callable[[], datetime]) -> Mapping[str, Any]:
    """Print every bill of the run in its holder's language and queue the e-mails."""
    bills = Bill.objects.filter(run_id=run_id).select_related("account__party", "legal_entity").order_by("number")
    total, mailed, done = bills.count(), 0, 0
    for bill in bills.iterator(chunk_size=200):
        document = ensure_document(bill=bill, language=None, rendered_at=clock())
        mailed += deliver_bill(bill=bill, document=document, queued_at=clock())
        done += 1
        if done % PROGRESS_EVERY == 0:
            job.raise_if_cancelled()
            job.progress(done=done, total=total)
    job.progress(done=done, total=total)
    return {"documents": done, "emails": mailed}
