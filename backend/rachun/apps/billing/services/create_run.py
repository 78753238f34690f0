"""A bill run begins as a draft: entity, kind, period, dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import use_case
from rachun.apps.billing.billing_period import billing_period
from rachun.apps.billing.models import BillRun, BillRunChunk
from rachun.apps.billing.refusals import AccountNotOfEntity, RunAlreadyExists, RunNeedsAccounts, RunPeriodInvalid
from rachun.apps.billing.services.chunks import split
from rachun.apps.customers.models import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    legal_entity_id: UUID
    kind: str
    period_from: date
    period_to: date
    document_date: date
    due_date: date
    branch_id: UUID | None = None
    account_ids: Sequence[UUID] = ()


@use_case
def create_run(*, new: NewRun, created_by: UUID | None, created_at: datetime) -> BillRun:
    """Raises RunPeriodInvalid, RunNeedsAccounts, AccountNotOfEntity, RunAlreadyExists."""
    billing_period(new.period_from, new.period_to)
    if new.document_date < new.period_from or new.due_date < new.document_date:
        raise RunPeriodInvalid
    if (new.kind == BillRun.Kind.FINAL) != bool(new.account_ids):
        raise RunNeedsAccounts(kind=new.kind)
    try:
        with transaction.atomic():
            run = BillRun.objects.create(
                legal_entity_id=new.legal_entity_id,
                branch_id=new.branch_id,
                kind=new.kind,
                period_from=new.period_from,
                period_to=new.period_to,
                document_date=new.document_date,
                due_date=new.due_date,
                created_by_id=created_by,
                created_at=created_at,
            )
    except IntegrityError as error:
        if "bill_run_regular_once" not in str(error):
            raise
        raise RunAlreadyExists(period_from=new.period_from) from error
    name_accounts(run=run, account_ids=new.account_ids)
    record_audit(
        operation="createBillRun",
        object_kind="bill_run",
        object_id=run.id,
        legal_entity_id=run.legal_entity_id,
        after={"kind": run.kind, "period_from": run.period_from, "period_to": run.period_to},
    )
    return run


def name_accounts(*, run: BillRun, account_ids: Sequence[UUID]) -> None:
    """Keep the named accounts of a final run as its chunks, by account number."""
    found = Account.objects.filter(id__in=account_ids, legal_entity_id=run.legal_entity_id)
    if run.branch_id is not None:
        found = found.filter(branch_id=run.branch_id)
    ordered = list(found.order_by("number").values_list("id", flat=True))
    if missing := sorted(set(account_ids) - set(ordered)):
        raise AccountNotOfEntity(account_ids=[str(one) for one in missing])
    BillRunChunk.objects.bulk_create(split(run_id=run.id, account_ids=ordered))
