"""A chunk of drafts becomes bills, open items, entries and postings, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import polars as pl
from django.db import connection

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.billing.issue_mapping import (
    Posted,
    copy_bills,
    copy_events,
    copy_items_and_entries,
    copy_postings,
    posted_of,
    row_digest,
)
from rachun.apps.billing.locks import lock_chunk
from rachun.apps.billing.models import BillRun, BillRunChunk, DraftBill, DraftEstimate, DraftItem
from rachun.apps.billing.services.bill_numbers import take_bill_numbers
from rachun.apps.billing.services.keep_allowances import issue_allowances
from rachun.apps.ledger.selectors.balances import list_account_balances
from rachun.apps.ledger.services.refusals import database_refusals
from rachun.apps.metering.services import BilledEstimate, keep_billed_estimates
from rachun.apps.usage.services.mark_billed import mark_billed

INTERVALS = """
INSERT INTO billing_billedinterval (agreement_id, component, register, valid_from, valid_to, bill_id)
SELECT agreement_id, component, register, valid_from, valid_to, draft_id
FROM billing_draftinterval WHERE chunk_id = %s ORDER BY id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkDrafts:
    """drafts in the order of account numbers, which is the order of the numbers of their bills."""

    drafts: Sequence[DraftBill]
    posted: Posted


def issue_chunk(*, run: BillRun, chunk_id: UUID, issued_at: datetime) -> BillRunChunk:
    """Building block of the job: a chunk that is issued already is left as it is.

    Raises PeriodIsClosed, BilledTwice, EstimateTakenBackTwice, UnknownPostingCode, DocumentDateBeforeSeries.
    """
    assert_in_transaction()
    chunk = lock_chunk(chunk_id)
    if chunk.issued_at is not None:
        return chunk
    found = chunk_drafts(chunk)
    if found.drafts:
        with database_refusals():
            issue_drafts(run=run, chunk=chunk, found=found, issued_at=issued_at)
    issue_allowances(run=run, chunk=chunk)
    chunk.issued_at = issued_at
    chunk.save(update_fields=["issued_at"])
    return chunk


def chunk_drafts(chunk: BillRunChunk) -> ChunkDrafts:
    drafts = list(
        DraftBill.objects.filter(chunk_id=chunk.id)
        .select_related("account", "account__branch")
        .order_by("account__number")
    )
    rows = DraftItem.objects.filter(chunk_id=chunk.id).order_by("id")
    names = ("draft_id", "agreement_id", "tax_category", "posting_code", "net_minor", "tax_minor", "gross_minor")
    return ChunkDrafts(
        drafts=drafts, posted=posted_of(draft_ids=[d.id for d in drafts], items=list(rows.values_list(*names)))
    )


def issue_drafts(*, run: BillRun, chunk: BillRunChunk, found: ChunkDrafts, issued_at: datetime) -> None:
    accounts = [draft.account_id for draft in found.drafts]
    opening = list_account_balances(account_ids=accounts)
    copy_items_and_entries(run=run, drafts=found.drafts, posted=found.posted, recorded_at=issued_at)
    copy_postings(run=run, posted=found.posted)
    mark_usage(run=run, drafts=found.drafts)
    with connection.cursor() as cursor:
        cursor.execute(INTERVALS, [chunk.id])
    keep_estimates(chunk=chunk, issued_at=issued_at)
    numbers = take_bill_numbers(run=run, branches=[draft.account.branch for draft in found.drafts])
    bills = copy_bills(run=run, drafts=found.drafts, numbers=numbers, opening=opening, issued_at=issued_at)
    copy_events(run=run, drafts=found.drafts, numbers=numbers)
    audit_chunk(run=run, chunk=chunk, bills=bills)


def mark_usage(*, run: BillRun, drafts: Sequence[DraftBill]) -> None:
    assert run.known_until is not None
    bill_of = {draft.account_id: draft.id for draft in drafts}
    owned = ServiceAgreement.objects.filter(account_id__in=list(bill_of)).values_list("id", "account_id")
    mark_billed(
        bill_ids_by_agreement={agreement: bill_of[account] for agreement, account in owned},
        before=run.period_to,
        known_until=run.known_until,
    )


def keep_estimates(*, chunk: BillRunChunk, issued_at: datetime) -> None:
    """Raises EstimateTakenBackTwice when another bill took one of them back since the calculation."""
    found = list(DraftEstimate.objects.filter(chunk_id=chunk.id).order_by("id"))
    keep_billed_estimates(
        made=[
            BilledEstimate(
                agreement_id=row.agreement_id,
                register_code=row.register,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                quantity=Decimal(row.quantity_micro).scaleb(-6),
                evidence=row.evidence,
                rule_id=row.rule_id,
            )
            for row in found
            if row.rule_id is not None
        ],
        taken_back=[row.takes_back_id for row in found if row.takes_back_id is not None],
        billed_at=issued_at,
    )


def audit_chunk(*, run: BillRun, chunk: BillRunChunk, bills: pl.DataFrame) -> None:
    """One row for the chunk, with a digest of its bills."""
    record_audit(
        operation="issueBillRun",
        object_kind="bill_run_chunk",
        object_id=chunk.id,
        legal_entity_id=run.legal_entity_id,
        after={"bills": bills.height, "from": bills["number"][0], "to": bills["number"][-1]},
        digest=row_digest(bills),
    )
