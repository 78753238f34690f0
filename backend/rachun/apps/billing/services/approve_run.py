"""A person looks at the calculated run and lets it go."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import use_case
from rachun.apps.billing.locks import lock_run
from rachun.apps.billing.models import BillRun, ControlSheet, DraftItem
from rachun.apps.billing.refusals import (
    ControlSheetDiffers,
    InputsChanged,
    OpeningAllowanceChanged,
    RunNotCalculated,
)
from rachun.apps.billing.selectors.allowance_balances import list_accounts_opened_otherwise
from rachun.apps.billing.selectors.changed_inputs import list_changed_accounts
from rachun.apps.billing.selectors.season_use import list_accounts_used_otherwise
from rachun.apps.billing.services.bill_numbers import check_document_date
from rachun.apps.billing.services.make_control_sheet import make_control_sheet
from rachun.apps.customers.models import Account
from rachun.apps.ledger.services.post_entry import account_for, posting_accounts
from rachun.apps.usage.selectors import list_changed_usage

LISTED_MAX = 50


@use_case
def approve_run(*, run_id: UUID, approved_by: UUID | None, approved_at: datetime) -> BillRun:
    """Move a calculated run to REVIEWED.

    Raises RunNotCalculated, ControlSheetDiffers, InputsChanged, OpeningAllowanceChanged, UnknownPostingCode,
    DocumentDateBeforeSeries.
    """
    run = lock_run(run_id)
    if run.state != BillRun.State.CALCULATED:
        raise RunNotCalculated(state=run.state)
    refuse_changed_inputs(run)
    sheet: ControlSheet = make_control_sheet(run=run, made_at=approved_at)
    if not sheet.is_balanced:
        raise ControlSheetDiffers(differences=sheet.figures["differences"])
    accounts = posting_accounts(legal_entity_id=run.legal_entity_id)
    for code in ("RECEIVABLE", "BILLED", "VAT_OUTPUT", *used_codes(run)):
        account_for(accounts, posting_code=code)
    check_document_date(run=run)
    run.state, run.approved_by_id, run.approved_at = BillRun.State.REVIEWED, approved_by, approved_at
    run.save(update_fields=["state", "approved_by", "approved_at"])
    record_audit(
        operation="approveBillRun",
        object_kind="bill_run",
        object_id=run.id,
        legal_entity_id=run.legal_entity_id,
        before={"state": BillRun.State.CALCULATED},
        after={"state": run.state, "control_sheet": sheet.figures},
    )
    return run


def used_codes(run: BillRun) -> list[str]:
    codes = DraftItem.objects.filter(chunk__run_id=run.id).order_by("posting_code")
    return list(codes.values_list("posting_code", flat=True).distinct())


def refuse_changed_inputs(run: BillRun) -> None:
    """Raises InputsChanged and OpeningAllowanceChanged naming the accounts."""
    used = (*list_accounts_priced_otherwise(run), *list_accounts_used_otherwise(run=run))
    if changed := sorted({*list_changed_accounts(run=run), *used}):
        raise InputsChanged(count=len(changed), accounts=numbers_of(changed))
    if changed := list_accounts_opened_otherwise(run=run):
        raise OpeningAllowanceChanged(count=len(changed), accounts=numbers_of(changed))


def list_accounts_priced_otherwise(run: BillRun) -> list[UUID]:
    """Accounts with priced usage that was changed or billed elsewhere since. Later usage waits for the next bill."""
    agreements = list_changed_usage(holder_ids=list(run.chunks.values_list("id", flat=True)))
    return list(ServiceAgreement.objects.filter(id__in=agreements).values_list("account_id", flat=True))


def numbers_of(accounts: Sequence[UUID]) -> list[str]:
    listed = Account.objects.filter(id__in=accounts[:LISTED_MAX]).order_by("number")
    return list(listed.values_list("number", flat=True))
