"""Drafts → rows of bills, open items, entries and postings: the only file that knows both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import polars as pl

from rachun.apps.base.copying import copy_frame, id_column, jsonb
from rachun.apps.base.partitions import open_load
from rachun.apps.billing.models import BillRun, DraftBill
from rachun.apps.ledger.models import AccountingPeriod
from rachun.apps.ledger.services.post_entry import account_for, posting_accounts
from rachun.engine.accounting.bill import bill_items, bill_postings
from rachun.values.ids import uuid7

INSTANT = pl.Datetime("us", "UTC")
BILL = "BILL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What the bills of a chunk post.

    items, postings: columns of engine.accounting.bill, where account_ix is the place of the draft. agreement_ids by
    agreement_ix; entry_ids by account_ix; item_ids by row of items.
    """

    items: pl.DataFrame
    postings: pl.DataFrame
    agreement_ids: Sequence[UUID]
    entry_ids: Sequence[UUID]
    item_ids: Sequence[UUID]


def posted_of(*, draft_ids: Sequence[UUID], items: Sequence[tuple[Any, ...]]) -> Posted:
    """items: draft_id, agreement_id, tax_category, posting_code, net, tax, gross."""
    place = {draft_id: ix for ix, draft_id in enumerate(draft_ids)}
    agreements = sorted({row[1] for row in items})
    agreement_ix = {agreement: ix for ix, agreement in enumerate(agreements)}
    charges = pl.DataFrame(
        [(place[row[0]], agreement_ix[row[1]], *row[2:]) for row in items],
        schema={
            "account_ix": pl.Int64,
            "agreement_ix": pl.Int64,
            "tax_category": pl.String,
            "posting_code": pl.String,
            "net_minor": pl.Int64,
            "tax_minor": pl.Int64,
            "gross_minor": pl.Int64,
        },
        orient="row",
    )
    made = bill_items(charges=charges)
    return Posted(
        items=made,
        postings=bill_postings(charges=charges),
        agreement_ids=agreements,
        entry_ids=[uuid7() for _ in draft_ids],
        item_ids=[uuid7() for _ in range(made.height)],
    )


def constant_id(name: str, value: UUID) -> pl.Expr:
    return pl.lit(value.bytes).alias(name)


def instant(name: str, value: datetime) -> pl.Expr:
    return pl.lit(value.astimezone(UTC), INSTANT).alias(name)


def copy_items_and_entries(*, run: BillRun, drafts: Sequence[DraftBill], posted: Posted, recorded_at: datetime) -> None:
    items = posted.items
    copy_frame(
        table="ledger_openitem",
        frame=items.select(
            id_column("id", posted.item_ids),
            constant_id("legal_entity_id", run.legal_entity_id),
            id_column("account_id", [drafts[ix].account_id for ix in items["account_ix"]]),
            id_column("bill_id", [drafts[ix].id for ix in items["account_ix"]]),
            id_column("agreement_id", [posted.agreement_ids[ix] for ix in items["agreement_ix"]]),
            "tax_category",
            "debt_kind",
            pl.lit(run.legal_entity.currency).alias("currency"),
            pl.lit(run.due_date).alias("due_date"),
            instant("recorded_at", recorded_at),
        ),
    )
    copy_frame(
        table="ledger_entry",
        frame=pl.DataFrame(
            [id_column("id", posted.entry_ids), id_column("source_id", [draft.id for draft in drafts])]
        ).with_columns(
            constant_id("legal_entity_id", run.legal_entity_id),
            pl.lit(AccountingPeriod.Area.SALES.value).alias("area"),
            pl.lit(run.document_date).alias("accounting_date"),
            pl.lit(BILL).alias("source_kind"),
            instant("recorded_at", recorded_at),
        ),
    )


def copy_postings(*, run: BillRun, posted: Posted) -> None:
    """Into the run's own bare table. Raises UnknownPostingCode."""
    accounts = posting_accounts(legal_entity_id=run.legal_entity_id)
    lines = posted.postings
    keys = posted.items.select("account_ix", "item_no", item_ix=pl.int_range(pl.len()))
    item_ix = lines.join(keys, on=["account_ix", "item_no"], how="left", maintain_order="left")["item_ix"]

    def side(name: str) -> pl.Series:
        return id_column(
            f"{name}_account_id", [account_for(accounts, posting_code=code) for code in lines[f"{name}_code"]]
        )

    def item(name: str) -> pl.Series:
        marked = zip(lines[f"{name}_is_item"], item_ix, strict=True)
        return id_column(f"{name}_item_id", [posted.item_ids[ix] if has else None for has, ix in marked])

    rows = lines.select(
        constant_id("load_key", run.id),
        id_column("entry_id", [posted.entry_ids[ix] for ix in lines["account_ix"]]),
        (pl.col("posting_no") + 1).cast(pl.Int32).alias("line_no"),
        side("debit"),
        side("credit"),
        item("debit"),
        item("credit"),
        "amount_minor",
        pl.lit(run.legal_entity.currency).alias("currency"),
    )
    copy_frame(table=open_load(parent="ledger_posting", load_key=run.id), frame=rows)


def copy_bills(
    *,
    run: BillRun,
    drafts: Sequence[DraftBill],
    numbers: Sequence[str],
    opening: Mapping[UUID, int],
    issued_at: datetime,
) -> pl.DataFrame:
    """Write the bills and return their rows."""
    rows = pl.DataFrame(
        [
            id_column("id", [draft.id for draft in drafts]),
            id_column("branch_id", [draft.account.branch_id for draft in drafts]),
            id_column("account_id", [draft.account_id for draft in drafts]),
            pl.Series("number", numbers, dtype=pl.String),
            pl.Series("net_minor", [draft.net_minor for draft in drafts], dtype=pl.Int64),
            pl.Series("tax_minor", [draft.tax_minor for draft in drafts], dtype=pl.Int64),
            pl.Series("gross_minor", [draft.gross_minor for draft in drafts], dtype=pl.Int64),
            pl.Series("line_count", [draft.line_count for draft in drafts], dtype=pl.Int32),
            pl.Series("opening_balance_minor", [opening[draft.account_id] for draft in drafts], dtype=pl.Int64),
        ]
    ).with_columns(
        constant_id("legal_entity_id", run.legal_entity_id),
        constant_id("run_id", run.id),
        pl.lit(run.document_date).alias("document_date"),
        pl.lit(run.period_from).alias("period_from"),
        pl.lit(run.period_to).alias("period_to"),
        pl.lit(run.due_date).alias("due_date"),
        pl.lit(run.legal_entity.currency).alias("currency"),
        instant("issued_at", issued_at),
    )
    copy_frame(table="billing_bill", frame=rows)
    return rows


def copy_events(*, run: BillRun, drafts: Sequence[DraftBill], numbers: Sequence[str]) -> None:
    """One BillIssued per bill into the outbox, in the transaction that issues it."""
    facts = pl.DataFrame(
        {
            "bill_id": [str(draft.id) for draft in drafts],
            "account_id": [str(draft.account_id) for draft in drafts],
            "number": list(numbers),
            "gross_minor": [draft.gross_minor for draft in drafts],
        }
    ).with_columns(currency=pl.lit(run.legal_entity.currency), due_date=pl.lit(run.due_date.isoformat()))
    rows = facts.select(
        id_column("id", [uuid7() for _ in drafts]),
        pl.lit("BillIssued").alias("topic"),
        jsonb(pl.struct(pl.all()).struct.json_encode()).alias("payload"),
        pl.lit(0, pl.Int32).alias("attempts"),
    )
    copy_frame(table="base_outboxrow", frame=rows)


def row_digest(rows: pl.DataFrame) -> str:
    """SHA-256 over id, number and amounts of every bill, in order."""
    columns = zip(rows["id"], rows["number"], rows["net_minor"], rows["tax_minor"], rows["gross_minor"], strict=True)
    lines = (f"{raw.hex()} {number} {net} {tax} {gross}" for raw, number, net, tax, gross in columns)
    return sha256("\n".join(lines).encode()).hexdigest()
