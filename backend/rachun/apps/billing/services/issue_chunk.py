"""A chunk of drafts becomes bills, open items, entries and postings, in one transaction."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import polars as pl
from django.db import connection

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.audit import record_audit
from rachun.apps.base.partitions import load_table
from rachun.apps.base.transactions import assert_in_transaction, check_references
from rachun.apps.billing.issue_mapping import (
    copy_bills,
    copy_events,
    copy_items_and_entries,
    copy_postings,
    posted_of,
    row_digest,
)
from rachun.apps.billing.locks import lock_chunk
from rachun.apps.billing.models import BillRun, BillRunChunk, DraftEstimate
from rachun.apps.billing.selectors.chunk_drafts import ChunkDrafts, get_chunk_drafts
from rachun.apps.billing.services.bill_numbers import take_bill_numbers
from rachun.apps.billing.services.keep_allowances import issue_allowances
from rachun.apps.billing.services.side_by_side import Turn
from rachun.apps.ledger.selectors.balances import get_account_balances
from rachun.apps.ledger.services.refusals import database_refusals
from rachun.apps.metering.services import BilledEstimate, keep_billed_estimates
from rachun.apps.usage.selectors import list_held_agreements
from rachun.apps.usage.services import UsageChanged, mark_billed

REFERRING = ("ledger_openitem", "ledger_entry", "billing_billedinterval")
INTERVALS = """
INSERT INTO billing_billedinterval (agreement_id, component, register, valid_from, valid_to, bill_id)
SELECT agreement_id, component, register, valid_from, valid_to, draft_id
FROM billing_draftinterval WHERE chunk_id = %s ORDER BY id
"""


def issue_chunk(*, run: BillRun, chunk_id: UUID, issued_at: datetime, turn: Turn) -> BillRunChunk:
    """Building block of the job: a chunk that is issued is left as it is. turn: waits until numbers may be taken.

    Raises PeriodIsClosed, BilledTwice, UsageChanged, EstimateTakenBackTwice, UnknownPostingCode,
    DocumentDateBeforeSeries.
    """
    assert_in_transaction()
    chunk = lock_chunk(chunk_id)
    if chunk.issued_at is not None:
        return chunk
    found = get_chunk_drafts(chunk=chunk)
    issue_allowances(run=run, chunk=chunk)
    with database_refusals():
        if not found.drafts.is_empty():
            opening = post_drafts(run=run, chunk=chunk, found=found, issued_at=issued_at)
        turn()
        if not found.drafts.is_empty():
            number_drafts(run=run, chunk=chunk, drafts=found.drafts, opening=opening, issued_at=issued_at)
    chunk.issued_at = issued_at
    chunk.save(update_fields=["issued_at"])
    return chunk


def post_drafts(*, run: BillRun, chunk: BillRunChunk, found: ChunkDrafts, issued_at: datetime) -> pl.DataFrame:
    """Everything but the bills themselves; returns what the accounts owed before: account_id, balance_minor."""
    posted = posted_of(found)
    opening = get_account_balances(account_ids=found.drafts["account_id"])
    copy_items_and_entries(run=run, posted=posted, recorded_at=issued_at)
    copy_postings(run=run, posted=posted, table=load_table(parent="ledger_posting", load_key=run.id))
    mark_usage(chunk=chunk, drafts=found.drafts)
    with connection.cursor() as cursor:
        cursor.execute(INTERVALS, [chunk.id])
    keep_estimates(chunk=chunk, issued_at=issued_at)
    check_references(of=REFERRING, except_to="billing_bill")
    return opening


def number_drafts(
    *, run: BillRun, chunk: BillRunChunk, drafts: pl.DataFrame, opening: pl.DataFrame, issued_at: datetime
) -> None:
    """The bills under their numbers, which nobody can take meanwhile: so this comes last."""
    numbers = take_bill_numbers(run=run, branch_ids=drafts["branch_id"].to_list())
    bills = copy_bills(run=run, drafts=drafts, numbers=numbers, opening=opening, issued_at=issued_at)
    copy_events(run=run, drafts=drafts, numbers=numbers)
    audit_chunk(run=run, chunk=chunk, bills=bills)


def mark_usage(*, chunk: BillRunChunk, drafts: pl.DataFrame) -> None:
    """Raises UsageChanged when what was priced is not there as it was."""
    agreements = list_held_agreements(holder_id=chunk.id)
    if not agreements and chunk.tallies.get("usage", {}).get("billed"):
        raise UsageChanged(agreement_ids=[])  # calculated before usage was held
    held = ServiceAgreement.objects.filter(id__in=agreements)
    bills = dict(drafts.select("account_id", "draft_id").rows())
    owned = {agreement: bills.get(str(account)) for agreement, account in held.values_list("id", "account_id")}
    mark_billed(
        holder_id=chunk.id,
        bill_ids_by_agreement={agreement: UUID(bill) for agreement, bill in owned.items() if bill is not None},
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
