"""Which postings a bill and a receipt make. A posting is a pair: debit code, credit code, positive amount.

A bill, per open item (agreement × tax category × debt kind):
    D RECEIVABLE (the item)  C BILLED            gross, exactly one per item
    D BILLED                 C <posting code>    net, per posting code of its lines
    D BILLED                 C VAT_OUTPUT        tax
BILLED is a clearing code: it nets to zero within each item. A negative amount swaps the sides; a zero posts nothing.
A receipt: D <cash or bank code>  C RECEIVABLE (the item) per allocation, and C ADVANCE for the rest.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

RECEIVABLE: Final = "RECEIVABLE"
BILLED: Final = "BILLED"
VAT_OUTPUT: Final = "VAT_OUTPUT"
ADVANCE: Final = "ADVANCE"
PRINCIPAL: Final = "PRINCIPAL"

ITEMS: Mapping[str, pl.DataType] = {
    "account_ix": pl.Int64(),
    "item_no": pl.Int64(),  # 0, 1, … within the account's bill
    "agreement_ix": pl.Int64(),
    "tax_category": pl.String(),
    "debt_kind": pl.String(),
    "net_minor": pl.Int64(),
    "tax_minor": pl.Int64(),
    "gross_minor": pl.Int64(),  # negative where the bill credits
}
POSTINGS: Mapping[str, pl.DataType] = {
    "account_ix": pl.Int64(),
    "item_no": pl.Int64(),
    "posting_no": pl.Int64(),  # 0, 1, … within the account's bill
    "debit_code": pl.String(),
    "credit_code": pl.String(),
    "amount_minor": pl.Int64(),  # > 0
    "debit_is_item": pl.Boolean(),  # the debit side carries the open item
    "credit_is_item": pl.Boolean(),
}
_KEYS = ["account_ix", "item_no"]


def bill_items(*, charges: pl.DataFrame) -> pl.DataFrame:
    """Columns of ITEMS: the open items one bill per account makes, ordered by agreement and tax category."""
    keys = ["account_ix", "agreement_ix", "tax_category"]
    sums = charges.group_by(keys).agg(pl.col("net_minor", "tax_minor", "gross_minor").sum()).sort(keys)
    numbered = sums.with_columns(item_no=pl.int_range(pl.len()).over("account_ix"), debt_kind=pl.lit(PRINCIPAL))
    return numbered.select(pl.col(name).cast(dtype) for name, dtype in ITEMS.items())


def bill_postings(*, charges: pl.DataFrame) -> pl.DataFrame:
    """Columns of POSTINGS for bills of these charges; item_no as in bill_items of the same charges."""
    items = bill_items(charges=charges)
    keys = ["account_ix", "agreement_ix", "tax_category"]
    revenue = (
        charges.group_by([*keys, "posting_code"])
        .agg(pl.col("net_minor").sum())
        .join(items.select(*_KEYS, *keys[1:]), on=keys)
    )
    pairs = pl.concat(
        [
            _pairs(items, debit=pl.lit(RECEIVABLE), credit=pl.lit(BILLED), amount="gross_minor", step=0),
            _pairs(revenue, debit=pl.lit(BILLED), credit=pl.col("posting_code"), amount="net_minor", step=1),
            _pairs(items, debit=pl.lit(BILLED), credit=pl.lit(VAT_OUTPUT), amount="tax_minor", step=2),
        ]
    )
    ordered = pairs.sort(*_KEYS, "step", "credit_code", "debit_code")
    numbered = ordered.with_columns(
        posting_no=pl.int_range(pl.len()).over("account_ix"),
        debit_is_item=pl.col("debit_code") == RECEIVABLE,
        credit_is_item=pl.col("credit_code") == RECEIVABLE,
    )
    return numbered.select(pl.col(name).cast(dtype) for name, dtype in POSTINGS.items())


def receipt_postings(*, allocations: pl.DataFrame) -> pl.DataFrame:
    """One posting per row, beside it: debit_code, credit_code, amount_minor, credit_is_item.

    allocations: receipt_ix, item_ix (null = the rest, an advance), amount_minor > 0, cash_code.
    """
    if not (allocations["amount_minor"] > 0).all():
        raise ValueError("an allocation is positive")
    to_item = pl.col("item_ix").is_not_null()
    return allocations.select(
        "receipt_ix",
        "item_ix",
        debit_code=pl.col("cash_code"),
        credit_code=pl.when(to_item).then(pl.lit(RECEIVABLE)).otherwise(pl.lit(ADVANCE)),
        amount_minor=pl.col("amount_minor"),
        credit_is_item=to_item,
    )


def _pairs(frame: pl.DataFrame, *, debit: pl.Expr, credit: pl.Expr, amount: str, step: int) -> pl.DataFrame:
    swapped = pl.col(amount) < 0
    return frame.filter(pl.col(amount) != 0).select(
        *_KEYS,
        step=pl.lit(step),
        debit_code=pl.when(swapped).then(credit).otherwise(debit),
        credit_code=pl.when(swapped).then(debit).otherwise(credit),
        amount_minor=pl.col(amount).abs(),
    )
