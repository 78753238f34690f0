"""Price one chunk of a run and keep what came out."""

from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import TextField
from django.db.models.functions import Cast

from rachun.apps.base.columns import IsOneOf, read_frame
from rachun.apps.base.copying import copy_frame, id_column, jsonb, new_ids, raw_ids
from rachun.apps.base.partitions import load_table
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.billing.locks import lock_chunk
from rachun.apps.billing.mapping import billed_stretches, charge_rows, draft_estimates, taken
from rachun.apps.billing.models import Bill, BillRun, BillRunChunk
from rachun.apps.billing.selectors.allowance_balances import OPENINGS, told_openings
from rachun.apps.billing.selectors.chunk_inputs import ChunkInputs, UsageOf, get_chunk_inputs
from rachun.apps.billing.selectors.season_use import SEASONS, told_seasons
from rachun.apps.billing.services.keep_allowances import keep_allowances
from rachun.apps.usage.selectors import BillableUsage
from rachun.apps.usage.services import hold_usage
from rachun.engine.billing.pipeline import Priced, price
from rachun.engine.billing.totals import account_totals
from rachun.engine.tariffs.components import uses_up_seasons

MONEY = ("net_minor", "tax_minor", "gross_minor")


def calculate_chunk(*, run: BillRun, chunk_id: UUID, calculated_at: datetime) -> BillRunChunk:
    """Building block of the job: a chunk that is calculated already is left as it is."""
    assert_in_transaction()
    chunk = lock_chunk(chunk_id)
    if chunk.calculated_at is not None:
        return chunk
    inputs = get_chunk_inputs(run=run, account_ids=chunk.account_ids, usage_of=holding(run=run, chunk=chunk))
    result = price(inputs.snapshot)
    charges, refusals = billable(result, inputs=inputs)
    totals = account_totals(charges=charges)
    draft_ids = new_ids("draft_id", len(inputs.frames.account_keys))
    table = load_table(parent="billing_charge", load_key=run.id)
    copy_frame(table=table, frame=charge_rows(charges=charges, inputs=inputs, load_key=run.id, draft_ids=draft_ids))
    keep_drafts(chunk=chunk, totals=totals, inputs=inputs, draft_ids=draft_ids)
    keep_intervals(chunk=chunk, charges=charges, inputs=inputs, draft_ids=draft_ids)
    keep_estimates(chunk=chunk, charges=charges, inputs=inputs, draft_ids=draft_ids)
    keep_items(chunk=chunk, charges=charges, inputs=inputs, draft_ids=draft_ids)
    keep_allowances(chunk=chunk, closing=result.allowances, refusals=refusals, inputs=inputs)
    park(chunk=chunk, refusals=refusals, inputs=inputs)
    chunk.tallies = tallies(charges=charges, refusals=refusals, inputs=inputs) | {
        OPENINGS: told_openings(inputs.snapshot.allowances, agreement_ids=inputs.frames.agreement_keys)
    }
    if any(uses_up_seasons(version.tariff) for version in inputs.frames.versions):
        chunk.tallies[SEASONS] = told_seasons(inputs.snapshot.season_use, frames=inputs.frames)
    chunk.calculated_at = calculated_at
    chunk.save(update_fields=["tallies", "calculated_at"])
    return chunk


def holding(*, run: BillRun, chunk: BillRunChunk) -> UsageOf:
    """Note [Held usage]"""

    def hold(agreement_ids: pl.Series) -> BillableUsage:
        assert run.known_until is not None
        return hold_usage(
            holder_id=chunk.id, agreement_ids=agreement_ids, before=run.period_to, known_until=run.known_until
        )

    return hold


def billable(result: Priced, *, inputs: ChunkInputs) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Charges of the accounts that can be billed whole; refusals of the others, what metering said first."""
    refusals = pl.concat([inputs.refusals, result.refusals.select(inputs.refusals.columns)])
    charges = result.charges.join(refusals, on="account_ix", how="anti", maintain_order="left")
    return charges, refusals


def keep_drafts(*, chunk: BillRunChunk, totals: pl.DataFrame, inputs: ChunkInputs, draft_ids: pl.Series) -> None:
    named = totals.with_columns(inputs.frames.account_keys.gather(totals["account_ix"]).alias("account_id"))
    before = previous_amounts(named["account_id"])
    rows = named.join(before, on="account_id", how="left", maintain_order="left").select(
        draft_ids.gather(totals["account_ix"]).alias("id"),
        pl.lit(chunk.run_id.bytes).alias("run_id"),
        pl.lit(chunk.id.bytes).alias("chunk_id"),
        raw_ids(named["account_id"]),
        *MONEY,
        pl.col("lines").cast(pl.Int32).alias("line_count"),
        "previous_gross_minor",
    )
    copy_frame(table="billing_draftbill", frame=rows)


def previous_amounts(account_ids: pl.Series) -> pl.DataFrame:
    """account_id, previous_gross_minor: of the latest bill of each account (texts)."""
    bills = Bill.objects.filter(IsOneOf("account_id", account_ids, kind="uuid"))
    latest = bills.order_by("account_id", "-document_date", "-id").distinct("account_id")
    rows = latest.values_list(Cast("account_id", TextField()), "gross_minor")
    return read_frame(rows, {"account_id": pl.String(), "previous_gross_minor": pl.Int64()})


def keep_intervals(*, chunk: BillRunChunk, charges: pl.DataFrame, inputs: ChunkInputs, draft_ids: pl.Series) -> None:
    stretches = billed_stretches(charges=charges, inputs=inputs)
    rows = stretches.select(
        pl.lit(chunk.id.bytes).alias("chunk_id"),
        draft_ids.gather(stretches["account_ix"]),
        taken("agreement_id", inputs.frames.agreement_keys, by=stretches["agreement_ix"]),
        "component",
        "register",
        "valid_from",
        "valid_to",
    )
    copy_frame(table="billing_draftinterval", frame=rows)


def keep_estimates(*, chunk: BillRunChunk, charges: pl.DataFrame, inputs: ChunkInputs, draft_ids: pl.Series) -> None:
    """What the drafts estimate and what they take back; issuing makes both known to metering."""
    rows = draft_estimates(accounts=charges.select("account_ix").unique(), inputs=inputs)
    copy_frame(
        table="billing_draftestimate",
        frame=rows.select(
            pl.lit(chunk.id.bytes).alias("chunk_id"),
            draft_ids.gather(rows["account_ix"]),
            taken("agreement_id", inputs.frames.agreement_keys, by=rows["agreement_ix"]),
            "register",
            pl.col("period_from").alias("valid_from"),
            pl.col("period_to").alias("valid_to"),
            "quantity_micro",
            "evidence",
            *(id_column(name, [one and UUID(one) for one in rows[name]]) for name in ("rule_id", "takes_back_id")),
        ),
    )


def keep_items(*, chunk: BillRunChunk, charges: pl.DataFrame, inputs: ChunkInputs, draft_ids: pl.Series) -> None:
    keys = ["account_ix", "agreement_ix", "tax_category", "posting_code"]
    sums = charges.group_by(keys).agg(pl.col(MONEY).sum()).sort(keys)
    rows = sums.select(
        pl.lit(chunk.id.bytes).alias("chunk_id"),
        draft_ids.gather(sums["account_ix"]),
        taken("agreement_id", inputs.frames.agreement_keys, by=sums["agreement_ix"]),
        "tax_category",
        "posting_code",
        *MONEY,
    )
    copy_frame(table="billing_draftitem", frame=rows)


def park(*, chunk: BillRunChunk, refusals: pl.DataFrame, inputs: ChunkInputs) -> None:
    """One row per account: the first reason of its first agreement. Calculating again shows what is still wrong."""
    first = refusals.unique("account_ix", keep="first", maintain_order=True).sort("account_ix")
    rows = first.select(
        new_ids("id", first.height),
        pl.lit(chunk.run_id.bytes).alias("run_id"),
        pl.lit(chunk.id.bytes).alias("chunk_id"),
        taken("account_id", inputs.frames.account_keys, by=first["account_ix"]),
        taken("agreement_id", inputs.frames.agreement_keys, by=first["agreement_ix"]),
        "code",
        jsonb(pl.col("params")).alias("params"),
    )
    copy_frame(table="billing_parkedaccount", frame=rows)


def tallies(*, charges: pl.DataFrame, refusals: pl.DataFrame, inputs: ChunkInputs) -> dict[str, Any]:
    """Counts of agreements and of usage records, as the calculation saw them."""
    owners = inputs.frames.agreements.select("agreement_ix", "account_ix").unique()
    active = inputs.active.to_frame().join(owners, on="agreement_ix")
    parked = active.join(refusals, on="account_ix", how="semi")
    open_ones = active.join(refusals, on="account_ix", how="anti")
    charged = open_ones.join(charges, on="agreement_ix", how="semi")
    excluded = open_ones.join(charges, on="agreement_ix", how="anti").join(
        inputs.excluded.to_frame(), on="agreement_ix", how="semi"
    )
    used = inputs.usage_counts.join(owners, on="agreement_ix")
    waiting = used.join(refusals, on="account_ix", how="semi")
    return {
        "agreements": {
            "active": active.height,
            "charged": charged.height,
            "zero": active.height - parked.height - charged.height - excluded.height,
            "parked": parked.height,
            "excluded": excluded.height,
        },
        "usage": {
            "billed": int(used["records"].sum()) - int(waiting["records"].sum()),
            "unbilled": int(waiting["records"].sum()),
        },
        "charges": {"count": charges.height, **{name: int(charges[name].sum()) for name in MONEY}},
    }
