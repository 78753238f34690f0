"""traffic: calls already rated one by one (`engine/rating`), summed to one line per destination group."""

from collections.abc import Sequence

import polars as pl

from rachun.engine.billing.dated import on_their_day
from rachun.engine.billing.frames import (
    as_lines,
    bounded_quantity,
    checked,
    json_of,
    rounded_amount,
    text,
)
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.billing.snapshot import COVERED_S, USAGE
from rachun.engine.tariffs.components import Traffic
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import E8, QUANTITY_MAX
from rachun.values.rounding import WIDE

_GROUP = ["account_ix", "agreement_ix", "version_ix", "component_no", "component", "label"]


def traffic_lines(
    *, stretches: Stretches, versions: Sequence[VersionInForce], usage: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): the sum of exact amounts, rounded once; UNKNOWN_COMPONENT where the version has no such one.

    A free destination with units makes a line of 0; nothing used makes none. inputs: covered_s where usage tells it.
    """
    components = components_of(versions, kind=Traffic, extra={"destination_table": pl.String()})
    tells = {COVERED_S: pl.Int64()} if COVERED_S in usage.columns else {}
    rows, refusals = on_their_day(
        checked(usage, columns={**USAGE, **tells}, name="usage"),
        stretches=stretches,
        day="usage_date",
        components=components,
        key="component",
        code="UNKNOWN_COMPONENT",
    )
    sums = rows.group_by(_GROUP, maintain_order=True).agg(
        pl.col("tax_category", "posting_code", "destination_table").first(),
        pl.col("count", *tells).sum(),
        quantity=pl.col("units_micro").cast(WIDE).sum(),
        worth=pl.col("amount_micro").cast(WIDE).sum(),
        from_day=pl.col("day").min(),
        to_day=pl.col("day").max() + 1,
    )
    used = sums.filter((pl.col("quantity") != 0) | (pl.col("worth") != 0)).join(stretches.versions, on="version_ix")
    used = used.with_columns(quantity=bounded_quantity("quantity"))
    sound = pl.col("worth").is_between(-QUANTITY_MAX, QUANTITY_MAX) & pl.col("quantity").is_not_null()
    worth = pl.when(sound).then(pl.col("worth"))
    num, den = worth * E8, pl.col("minor_den").cast(WIDE)
    inputs = json_of(
        count=pl.col("count"),
        destination_table=pl.col("destination_table"),
        **{name: pl.col(name) for name in tells},
        vat=pl.col("vat"),
        numerator=text(num),
        denominator=text(den),
    )
    amount = rounded_amount(num=num, den=den)
    lines = used.with_columns(amount=amount, num=num, den=den, inputs=inputs, unit_price_e8=pl.lit(0, pl.Int64))
    return as_lines(lines, kind=Traffic.kind), refusals
