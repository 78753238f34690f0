"""minimum: what the named earlier components lack to an amount, on a line of its own.

inputs: of (codes named), days, days_in_period, proration, limit_minor (the minimum for these days), base_minor (what
the named components came to), vat, numerator and denominator of the line in minor units. limit - base = the line.
"""

import polars as pl

from rachun.engine.billing.frames import as_lines, json_of, text
from rachun.engine.billing.limits import KEYS, limits_of, named_lines, unit_price_of
from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.components import Minimum
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE


def minimum_lines(*, components: pl.DataFrame, lines: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    """One line per agreement and version that stayed below; quantity 1 at the price of what is lacking."""
    limits = limits_of(components=components, stretches=stretches)
    measured = named_lines(limits=limits, lines=lines, stretches=stretches)
    sums = measured.group_by(KEYS).agg(base=pl.col("amount").sum())
    rows = limits.join(sums, on=KEYS, how="left", maintain_order="left")
    rows = rows.with_columns(base=pl.col("base").fill_null(0).cast(WIDE))
    short = rows.with_columns(lacking=pl.col("limit") - pl.col("base")).filter(pl.col("lacking") > 0)
    unit_price = unit_price_of(pl.col("lacking"))
    topped = short.with_columns(
        quantity=pl.lit(MICRO, WIDE),
        unit_price_e8=unit_price,
        amount=pl.when(unit_price.is_not_null()).then(pl.col("lacking")),
        inputs=json_of(
            of=pl.col("of"),
            days=pl.col("days"),
            days_in_period=pl.lit(stretches.days),
            proration=pl.col("proration"),
            limit_minor=text(pl.col("limit")),
            base_minor=text(pl.col("base")),
            vat=pl.col("vat"),
            numerator=text(pl.col("lacking")),
            denominator=pl.lit("1"),
        ),
    )
    return as_lines(topped, kind=Minimum.kind)
