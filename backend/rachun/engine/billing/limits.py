"""What minimum and cap share: how much the limit is for the days served, and what the named components came to.

A limit prorates by the rule of `proration.py`. With DAYS each version has the limit of its own days, measured against
its own lines. With FULL and NONE there is one limit for the period, at the version of the first stretch, measured
against the agreement's lines of every version in the same VAT mode. All lines of the bill count, also late usage. An
agreement without a served day in the period has no limit.
"""

from typing import Final

import polars as pl

from rachun.engine.billing.frames import AMOUNT_MAX, inside_64_bits
from rachun.engine.billing.proration import prorated
from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.components import Proration
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE

ADJUSTMENT_MAX: Final = 9 * 10**12  # minor units of one adjustment: keeps a benefit's products inside 128 bits
KEYS: Final = ["account_ix", "agreement_ix", "version_ix", "component_no"]


def limits_of(*, components: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    """One row per limit in force: KEYS, the component's columns, those of Stretches.versions, days, limit (minor)."""
    rows = stretches.in_period.join(components, on="version_ix").with_columns(quantity=pl.lit(MICRO, pl.Int64))
    parts = prorated(rows, stretches=stretches).drop("inputs", "numerator", "denominator", strict=False)
    same = ["component", "of", "price_e8", "proration", "tax_category", "posting_code"]
    return (
        parts.group_by(KEYS, maintain_order=True)
        .agg(
            pl.col(*same, *stretches.versions.columns[1:]).first(),
            pl.col("days").sum(),
            pl.col("from_day").min(),
            pl.col("to_day").max(),
            limit=pl.col("amount").sum(),
        )
        .with_columns(pl.col("limit").cast(WIDE))
    )


def named_lines(*, limits: pl.DataFrame, lines: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    """KEYS of the limit, tax_category and amount of every line that it measures."""
    targets = limits.select(*KEYS[1:], "vat", "proration", component=pl.col("of")).explode("component")
    modes = stretches.versions.select(line_version="version_ix", line_vat="vat")
    measured = lines.select(
        "account_ix", "agreement_ix", "component", "tax_category", "amount", line_version=pl.col("version_ix")
    ).join(modes, on="line_version", maintain_order="left")
    own = pl.col("line_version") == pl.col("version_ix")
    whole = ~pl.col("proration").is_in([Proration.DAYS.value, Proration.DAYS_OF_30.value])
    both = measured.join(targets, on=["agreement_ix", "component"], maintain_order="left")
    same_days = pl.when(whole).then(pl.col("line_vat") == pl.col("vat")).otherwise(own)
    return both.filter(same_days).select(*KEYS, "tax_category", pl.col("amount").cast(WIDE))


def unit_price_of(amount: pl.Expr) -> pl.Expr:
    """An amount in minor units as the price of one, null where 64 bits do not hold it."""
    return inside_64_bits(amount.cast(WIDE) * (pl.col("minor_den").cast(WIDE) // MICRO))


def bounded_amount(amount: pl.Expr) -> pl.Expr:
    """The amount, null where it leaves the range of sums: a null amount is refused as OVERFLOW."""
    return pl.when(amount.is_between(-AMOUNT_MAX, AMOUNT_MAX)).then(amount)
