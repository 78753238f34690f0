"""The units that a chunk's calculation leaves over, and what issuing makes of them."""

import polars as pl
from django.db import connection

from rachun.apps.base.copying import copy_frame
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.billing.mapping import taken
from rachun.apps.billing.models import BillRun, BillRunChunk
from rachun.apps.billing.selectors.chunk_inputs import ChunkInputs

BALANCES = """
INSERT INTO billing_allowancebalance
    (run_id, agreement_id, allowance, period_to, granted_from, periods_left, remaining_micro)
SELECT %s, agreement_id, allowance, %s, granted_from, periods_left, remaining_micro
FROM billing_draftallowance WHERE chunk_id = %s ORDER BY id
"""


def keep_allowances(*, chunk: BillRunChunk, closing: pl.DataFrame, refusals: pl.DataFrame, inputs: ChunkInputs) -> None:
    """Building block: the closing balance of the accounts that are not parked. closing: columns of ALLOWANCES."""
    assert_in_transaction()
    owners = inputs.frames.agreements.select("agreement_ix", "account_ix").unique()
    parked = owners.join(refusals, on="account_ix", how="semi").select("agreement_ix")
    spent = inputs.snapshot.allowances.join(closing, on=["agreement_ix", "allowance"], how="anti")
    spent = spent.unique(["agreement_ix", "allowance"], keep="first", maintain_order=True)
    nothing = pl.lit(0, pl.Int64)
    kept = pl.concat([closing, spent.with_columns(periods_left=nothing, remaining_micro=nothing)])
    kept = kept.join(parked, on="agreement_ix", how="anti").sort("agreement_ix", "allowance", "granted_from")
    rows = kept.select(
        pl.lit(chunk.id.bytes).alias("chunk_id"),
        taken("agreement_id", inputs.frames.agreement_keys, by=kept["agreement_ix"]),
        "allowance",
        "granted_from",
        pl.col("periods_left").cast(pl.Int16),
        "remaining_micro",
    )
    copy_frame(table="billing_draftallowance", frame=rows)


def issue_allowances(*, run: BillRun, chunk: BillRunChunk) -> None:
    """Building block: from now on the balance is what the next period opens with."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [run.id, run.period_to, chunk.id])
