"""minimum: what the named earlier components lack to an amount, on a line of its own.

inputs: of (codes named), days, days_in_period, proration, limit_minor (the minimum for these days), base_minor (what
the named components came to), vat, numerator and denominator of the line in minor units. limit - base = the line.

What a reading takes back of earlier months, and prices there anew, is no use of this period: it would top up the very
money that the reading gives back. (A cap does see it: an agreement never pays more than its cap on one bill.)
"""

import polars as pl

from rachun.engine.billing.frames import as_lines, json_of, text
from rachun.engine.billing.limits import KEYS, limits_of, named_lines, unit_price_of
from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.components import Metered, Minimum, Reactive
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE

READ = [Metered.kind, Reactive.kind]


def minimum_lines(*, components: pl.DataFrame, lines: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    """One line per agreement and version that stayed below; quantity 1 at the price of what is lacking."""
    limits = limits_of(components=components, stretches=stretches)
    measured = named_lines(limits=limits, lines=_of_the_period(lines, stretches=stretches), stretches=stretches)
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


def _of_the_period(lines: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    """The lines without those of earlier days of components that take something back."""
    place = ["agreement_ix", "component"]
    corrected = lines.filter(pl.col("kind").is_in(READ), pl.col("quantity") < 0).select(place).unique()
    if corrected.is_empty():
        return lines
    earlier = lines.with_row_index("row").filter(pl.col("from_day") < stretches.start)
    apart = earlier.join(corrected, on=place, how="semi")
    return lines.with_row_index("row").join(apart, on="row", how="anti", maintain_order="left").drop("row")
