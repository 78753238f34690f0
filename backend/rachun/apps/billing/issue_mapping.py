"""Drafts → rows of bills, open items, entries and postings: the only file that knows both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import polars as pl

from rachun.apps.base.copying import copy_frame, jsonb, new_ids, raw_ids
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.selectors.chunk_drafts import ChunkDrafts
from rachun.apps.ledger.models import AccountingPeriod
from rachun.apps.ledger.services.post_entry import account_for, posting_accounts
from rachun.engine.accounting.bill import bill_items, bill_postings

INSTANT = pl.Datetime("us", "UTC")
BILL = "BILL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What the bills of a chunk post.

    items, postings: columns of engine.accounting.bill, where account_ix is the place of the draft. draft_ids,
    account_ids and entry_ids by account_ix, agreement_ids by agreement_ix, item_ids by row of items; all as COPY sends
    them.
    """

    items: pl.DataFrame
    postings: pl.DataFrame
    draft_ids: pl.Series
    account_ids: pl.Series
    agreement_ids: pl.Series
    entry_ids: pl.Series
    item_ids: pl.Series


def posted_of(found: ChunkDrafts) -> Posted:
    drafts, items = found.drafts, found.items
    places = drafts.select("draft_id", account_ix=pl.int_range(pl.len(), dtype=pl.Int64))
    agreements = items.select(pl.col("agreement_id").unique().sort())
    keys = agreements.select("agreement_id", agreement_ix=pl.int_range(pl.len(), dtype=pl.Int64))
    charges = items.join(places, on="draft_id").join(keys, on="agreement_id")
    made = bill_items(charges=charges)
    return Posted(
        items=made,
        postings=bill_postings(charges=charges),
        draft_ids=raw_ids(drafts["draft_id"]),
        account_ids=raw_ids(drafts["account_id"]),
        agreement_ids=raw_ids(agreements["agreement_id"]),
        entry_ids=new_ids("id", drafts.height),
        item_ids=new_ids("id", made.height),
    )


def constant_id(name: str, value: UUID) -> pl.Expr:
    return pl.lit(value.bytes).alias(name)


def instant(name: str, value: datetime) -> pl.Expr:
    return pl.lit(value.astimezone(UTC), INSTANT).alias(name)


def copy_items_and_entries(*, run: BillRun, posted: Posted, recorded_at: datetime) -> None:
    items = posted.items
    copy_frame(
        table="ledger_openitem",
        frame=items.select(
            posted.item_ids,
            constant_id("legal_entity_id", run.legal_entity_id),
            posted.account_ids.gather(items["account_ix"]).alias("account_id"),
            posted.draft_ids.gather(items["account_ix"]).alias("bill_id"),
            posted.agreement_ids.gather(items["agreement_ix"]).alias("agreement_id"),
            "tax_category",
            "debt_kind",
            pl.lit(run.legal_entity.currency).alias("currency"),
            pl.lit(run.due_date).alias("due_date"),
            instant("recorded_at", recorded_at),
        ),
    )
    copy_frame(
        table="ledger_entry",
        frame=pl.DataFrame([posted.entry_ids, posted.draft_ids.alias("source_id")]).with_columns(
            constant_id("legal_entity_id", run.legal_entity_id),
            pl.lit(AccountingPeriod.Area.SALES.value).alias("area"),
            pl.lit(run.document_date).alias("accounting_date"),
            pl.lit(BILL).alias("source_kind"),
            instant("recorded_at", recorded_at),
        ),
    )


def copy_postings(*, run: BillRun, posted: Posted, table: str) -> None:
    """Into the run's own bare table. Raises UnknownPostingCode."""
    accounts = posting_accounts(legal_entity_id=run.legal_entity_id)
    keys = posted.items.select("account_ix", "item_no", item_ix=pl.int_range(pl.len()))
    lines = posted.postings.join(keys, on=["account_ix", "item_no"], how="left", maintain_order="left")
    items = posted.item_ids.gather(lines["item_ix"])

    def side(name: str) -> pl.Series:
        codes = lines[f"{name}_code"]
        known = {code: account_for(accounts, posting_code=code).bytes for code in codes.unique()}
        chart = pl.DataFrame({"code": list(known), "account": list(known.values())})
        named = codes.alias("code").to_frame().join(chart, on="code", how="left", maintain_order="left")
        return named["account"].alias(f"{name}_account_id")

    def item(name: str) -> pl.Expr:
        return pl.when(f"{name}_is_item").then(pl.lit(items)).alias(f"{name}_item_id")

    rows = lines.select(
        constant_id("load_key", run.id),
        posted.entry_ids.gather(lines["account_ix"]).alias("entry_id"),
        (pl.col("posting_no") + 1).cast(pl.Int32).alias("line_no"),
        side("debit"),
        side("credit"),
        item("debit"),
        item("credit"),
        "amount_minor",
        pl.lit(run.legal_entity.currency).alias("currency"),
    )
    copy_frame(table=table, frame=rows)


def copy_bills(
    *,
    run: BillRun,
    drafts: pl.DataFrame,
    numbers: Sequence[str],
    opening: pl.DataFrame,
    issued_at: datetime,
) -> pl.DataFrame:
    """Write the bills and return their rows. opening: account_id, balance_minor."""
    owed = drafts.join(opening, on="account_id", how="left", maintain_order="left")["balance_minor"].fill_null(0)
    rows = drafts.select(
        raw_ids(drafts["draft_id"]).alias("id"),
        raw_ids(drafts["branch_id"]),
        raw_ids(drafts["account_id"]),
        pl.Series("number", numbers, dtype=pl.String),
        "net_minor",
        "tax_minor",
        "gross_minor",
        "line_count",
        owed.alias("opening_balance_minor"),
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


def copy_events(*, run: BillRun, drafts: pl.DataFrame, numbers: Sequence[str]) -> None:
    """One BillIssued per bill into the outbox, in the transaction that issues it."""
    facts = drafts.select(
        "account_id",
        pl.Series("number", numbers, dtype=pl.String),
        "gross_minor",
        bill_id="draft_id",
        currency=pl.lit(run.legal_entity.currency),
        due_date=pl.lit(run.due_date.isoformat()),
    )
    rows = facts.select(
        new_ids("id", drafts.height),
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
