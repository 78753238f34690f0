"""percentage: a percent of named earlier components, per agreement and version.

It is taken of the lines' rounded amounts in the version's own VAT mode, so a subscriber can check it on the bill. One
percentage may name an earlier one. Quantity is the sum in currency units, the unit price the fraction.
"""

import polars as pl

from rachun.engine.billing.frames import AMOUNT_MAX, as_lines, inside_64_bits, json_of, rounded_amount, text
from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.components import Percentage
from rachun.values.quantity import E8
from rachun.values.rounding import WIDE


def percentage_lines(*, components: pl.DataFrame, lines: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    """The lines of these percentages; components as adjustments.py gives them. A sum of 0 makes no line."""
    targets = components.select("version_ix", "component_no", component=pl.col("of")).explode("component")
    base = lines.select("account_ix", "agreement_ix", "version_ix", "component", "amount", "from_day", "to_day")
    sums = (
        base.join(targets, on=["version_ix", "component"])
        .group_by("account_ix", "agreement_ix", "version_ix", "component_no", maintain_order=True)
        .agg(pl.col("amount").sum().alias("base"), pl.col("from_day").min(), pl.col("to_day").max())
        .filter(pl.col("base") != 0)
    )
    rows = sums.join(components, on=["version_ix", "component_no"]).join(stretches.versions, on="version_ix")
    bounded = pl.when(pl.col("base").is_between(-AMOUNT_MAX, AMOUNT_MAX)).then(pl.col("base"))
    # minor_den / 10^8 is a minor unit in millionths of the currency unit
    quantity = inside_64_bits(bounded * (pl.col("minor_den").cast(WIDE) // E8))
    num = pl.when(quantity.is_not_null()).then(bounded) * pl.col("percent_micro").cast(WIDE)
    priced = rows.with_columns(
        quantity=quantity,
        unit_price_e8=pl.col("percent_micro"),
        amount=rounded_amount(num=num, den=pl.lit(E8, WIDE)),
        num=num,
        den=pl.lit(E8, WIDE),
        inputs=json_of(
            of=pl.col("of"),
            base_minor=text(pl.col("base")),
            percent_micro=pl.col("percent_micro"),
            vat=pl.col("vat"),
            numerator=text(num),
            denominator=pl.lit(str(E8)),
        ),
    )
    return as_lines(priced, kind=Percentage.kind)
