"""cap: what the named earlier components exceed an amount by, taken off again in lines of their own.

A reduction is split over the tax categories of what it reduces in proportion to their sums: in the order of their
names, the one that brings the sum from c to d takes R(reduction × d / all) - R(reduction × c / all), so the parts sum
to the reduction. A category whose sum is negative is scaled down like any other.

inputs: of (codes named), days, days_in_period, proration, limit_minor (the cap for these days), base_minor (what the
named components came to), reduction_minor (base - limit), category_minor (the part of base in this line's tax
category), category_before_minor (of the categories before it), vat, numerator and denominator of the line's share
before rounding, in minor units.
"""

import polars as pl

from rachun.engine.billing.frames import as_lines, json_of, rounded_amount, text
from rachun.engine.billing.limits import KEYS, bounded_amount, limits_of, named_lines, unit_price_of
from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.components import Cap
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE


def cap_lines(*, components: pl.DataFrame, lines: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    """Negative lines, one per agreement, version and tax category whose share is not 0; quantity 1."""
    limits = limits_of(components=components, stretches=stretches)
    measured = named_lines(limits=limits, lines=lines, stretches=stretches)
    sums = measured.group_by(*KEYS, "tax_category").agg(category=bounded_amount(pl.col("amount").sum()))
    beyond = pl.col("category").is_null().any().over(KEYS)
    ordered = sums.sort(*KEYS, "tax_category").with_columns(
        upto=pl.col("category").cum_sum().over(KEYS), base=pl.when(~beyond).then(pl.col("category").sum().over(KEYS))
    )
    over = limits.drop("tax_category").join(ordered, on=KEYS, maintain_order="left")
    # A sum that cannot be told stays, with an amount of null: it is refused, never left uncapped.
    over = over.filter((pl.col("base") > pl.col("limit")).fill_null(value=True))
    over = over.with_columns(reduction=pl.col("base") - pl.col("limit"))
    split = _split(over).filter((pl.col("amount") != 0) | pl.col("amount").is_null())
    reduced = split.with_columns(
        quantity=pl.lit(MICRO, WIDE),
        unit_price_e8=unit_price_of(pl.col("amount")),
        inputs=json_of(
            of=pl.col("of"),
            days=pl.col("days"),
            days_in_period=pl.lit(stretches.days),
            proration=pl.col("proration"),
            limit_minor=text(pl.col("limit")),
            base_minor=text(pl.col("base")),
            reduction_minor=text(pl.col("reduction")),
            category_minor=text(pl.col("category")),
            category_before_minor=text(pl.col("upto") - pl.col("category")),
            vat=pl.col("vat"),
            numerator=text(pl.col("category") * (pl.col("limit") - pl.col("base"))),
            denominator=text(pl.col("base")),
        ),
    )
    return as_lines(reduced, kind=Cap.kind)


def _split(over: pl.DataFrame) -> pl.DataFrame:
    base, reduction = pl.col("base").cast(WIDE), pl.col("reduction").cast(WIDE)
    upto = rounded_amount(num=reduction * pl.col("upto"), den=base)
    before = rounded_amount(num=reduction * (pl.col("upto") - pl.col("category")), den=base)
    share = before - upto
    return over.with_columns(amount=pl.when(unit_price_of(share).is_not_null()).then(share))
