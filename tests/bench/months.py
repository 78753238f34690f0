"""A month billed as an operator has it done, and the same once more."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Count, Sum
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.create_run import NewRun, create_run
from rachun.apps.billing.services.start_calculation import CALCULATE, ISSUE, start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.identity.models import Branch
from rachun.apps.ledger.models import Posting

from tests.bench.figures import Spent, timed
from tests.bench.worker import run_apart

DUE_AFTER = timedelta(days=14)
REPEATED_SHARE = 0.05
Asked = TypeVar("Asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """known: the cut-off of what is billed."""

    start: date
    end: date
    known: datetime


class BilledMonth:
    """All that an operator asks for, each job in a process of its own, as a worker runs it; and what that took."""

    def __init__(self, *, server_pid: int, period: Month) -> None:
        self.server_pid, self.period = server_pid, period
        self._parts: list[Spent] = []
        self.peak_mib = 0

    @property
    def spent(self) -> Spent:
        return Spent(**{field.name: sum(getattr(one, field.name) for one in self._parts) for field in fields(Spent)})

    def bill(self, branch: Branch, *, kind: str = BillRun.Kind.REGULAR) -> BillRun:
        new = NewRun(
            legal_entity_id=branch.legal_entity_id,
            kind=kind,
            period_from=self.period.start,
            period_to=self.period.end,
            document_date=self.period.end,
            due_date=self.period.end + DUE_AFTER,
            account_ids=(),
        )
        run = self._ask(lambda: create_run(new=new, created_by=None, created_at=self.period.known))
        self._do(self._ask(lambda: start_calculation(run_id=run.id, known_until=self.period.known)))
        self._ask(lambda: approve_run(run_id=run.id, approved_by=None, approved_at=self.period.known))
        self._do(self._ask(lambda: start_issue(run_id=run.id)))
        run.refresh_from_db()
        return run

    def redo(self, run: BillRun) -> None:
        """Both jobs once more, as a queue that delivers twice would have them."""
        for job in Job.objects.filter(kind__in=[CALCULATE, ISSUE], params__run_id=str(run.id)).order_by("id"):
            with transaction.atomic():
                again = enqueue(job.kind, params=job.params, legal_entity_id=job.legal_entity_id)
            self._do(again)

    def _ask(self, ask: Callable[[], Asked]) -> Asked:
        answers: list[Asked] = []
        self._parts.append(timed(lambda: answers.append(ask()), server_pid=self.server_pid))
        return answers[0]

    def _do(self, job: Job) -> None:
        ran = run_apart(job_id=job.id, server_pid=self.server_pid)
        self._parts.append(ran.spent)
        self.peak_mib = max(self.peak_mib, ran.peak_mib)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.failure


def is_once(*, branch: Branch, billed: BillRun, month: BilledMonth) -> bool:
    """The jobs done again change nothing and cost less than a twentieth; a run for whoever has no bill finds nobody."""
    again = BilledMonth(server_pid=month.server_pid, period=month.period)
    before = state_of(billed)
    again.redo(billed)
    is_cheap = again.spent.wall_s < month.spent.wall_s * REPEATED_SHARE
    others = BilledMonth(server_pid=month.server_pid, period=month.period).bill(branch, kind=BillRun.Kind.SUPPLEMENTARY)
    return is_cheap and state_of(billed) == before and not Bill.objects.filter(run_id=others.id).exists()


def state_of(run: BillRun) -> tuple[Any, ...]:
    bills = Bill.objects.filter(run_id=run.id)
    postings = Posting.objects.filter(load_key=run.id).aggregate(count=Count("*"), all=Sum("amount_minor"))
    return (*bills.order_by("number").values_list("id", "number", "gross_minor"), tuple(postings.values()))
