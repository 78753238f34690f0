"""One bill run from its creation to its documents."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from rachun.apps.base.jobs import request_cancel
from rachun.apps.base.models import Job
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.create_run import NewRun, create_run
from rachun.apps.billing.services.issue_run import RENDER
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.demo.generate.files import month_end, next_month
from rachun.apps.demo.services.work import OPEN_STATES, finish
from rachun.apps.identity.models import LegalEntity

DAYS_TO_PAY = timedelta(days=20)
Clock = Callable[[], datetime]


def find_run(*, entity: LegalEntity, month: date) -> BillRun | None:
    """The regular run of the month, unless it was cancelled."""
    runs = BillRun.objects.filter(legal_entity=entity, kind=BillRun.Kind.REGULAR, period_from=month)
    return runs.exclude(state=BillRun.State.CANCELLED).first()


def bill_month(
    *, entity: LegalEntity, month: date, clock: Clock, is_inline: bool, kind: str = BillRun.Kind.REGULAR,
    account_ids: Sequence[UUID] = (),
) -> BillRun:  # fmt: skip
    """Create or find the run and take it on from where it stands, so that a broken demo can be repeated."""
    run = find_run(entity=entity, month=month) if kind == BillRun.Kind.REGULAR else None
    run = run or new_run(entity=entity, month=month, kind=kind, account_ids=account_ids, clock=clock)
    if run.state in {BillRun.State.DRAFT, BillRun.State.CALCULATING, BillRun.State.CALCULATED}:
        finish(job=start_calculation(run_id=run.id, known_until=clock()), is_inline=is_inline)
        run = approve_run(run_id=run.id, approved_by=None, approved_at=clock())
    if run.state != BillRun.State.ISSUED:
        finish(job=start_issue(run_id=run.id), is_inline=is_inline)
    run.refresh_from_db()
    return run


def finish_documents(*, run: BillRun, is_inline: bool) -> None:
    """Wait until every bill of the run is drawn; mails go out on their own."""
    for job in open_renderings(run=run):
        finish(job=job, is_inline=is_inline)


def leave_documents(*, run: BillRun) -> None:
    """Draw the bills of a past month only when somebody asks for one."""
    with transaction.atomic():
        for job in open_renderings(run=run):
            request_cancel(job_id=job.id)


def open_renderings(*, run: BillRun) -> list[Job]:
    jobs = Job.objects.filter(kind=RENDER, params__run_id=str(run.id), state__in=OPEN_STATES)
    return list(jobs.order_by("id"))


def new_run(*, entity: LegalEntity, month: date, kind: str, account_ids: Sequence[UUID], clock: Clock) -> BillRun:
    """Bills are dated by the last day of the month they are for; documents of it stay in the order of their numbers."""
    document_date = month_end(month)
    new = NewRun(
        legal_entity_id=entity.id,
        kind=kind,
        period_from=month,
        period_to=next_month(month),
        document_date=document_date,
        due_date=document_date + DAYS_TO_PAY,
        account_ids=account_ids,
    )
    return create_run(new=new, created_by=None, created_at=clock())
