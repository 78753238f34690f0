"""What goes into a network zone and what of it is billed, measured but not billed, and lost, by month.

    unbilled = what the meters of the points show beyond what was billed to them, point by point, never below zero
    loss     = input - billed - unbilled

A span of readings that passes the end of a month is shared by days, floor by floor of the running sum, so its parts sum
to it. Without readings that cover the whole month there is no input, so no loss: not zero.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from rachun.values.rounding import WIDE, half_up_expr

SPANS: Final[Mapping[str, pl.DataType]] = {
    "zone_ix": pl.Int64(),
    "point_ix": pl.Int64(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
}
MONTHS: Final[Mapping[str, pl.DataType]] = {
    "zone_ix": pl.Int64(),
    "month": pl.Date(),
    "days_from": pl.Date(),  # the days of the month on which the zone's rule is in force
    "days_to": pl.Date(),
}
LOSSES: Final[Mapping[str, pl.DataType]] = {
    "zone_ix": pl.Int64(),
    "month": pl.Date(),
    "input_micro": WIDE,  # null: not read
    "billed_micro": WIDE,
    "unbilled_micro": WIDE,
    "loss_micro": WIDE,  # null without an input
    "loss_percent_micro": WIDE,  # of the input; null where that is not above zero
    "unread_points": pl.Int64(),  # points with a meter that was not read for every day
}
_PERCENT: Final = 100 * 10**6


def monthly_losses(
    *, months: pl.DataFrame, inputs: pl.DataFrame, measured: pl.DataFrame, billed: pl.DataFrame, metered: pl.DataFrame
) -> pl.DataFrame:
    """LOSSES, one row per row of months. inputs, measured, billed: SPANS. metered: zone_ix, point_ix with a meter."""
    into = _by_month(inputs, months).group_by("zone_ix", "month").agg(input=pl.col("part").sum(), read=_whole())
    shown = _by_point(measured, months, name="shown")
    charged = _by_point(billed, months, name="charged")
    points = shown.join(charged, on=["zone_ix", "month", "point_ix"], how="full", coalesce=True)
    points = points.with_columns(pl.col("shown", "charged").fill_null(0))
    sums = points.group_by("zone_ix", "month").agg(
        billed=pl.col("charged").sum(),
        unbilled=pl.max_horizontal(pl.col("shown") - pl.col("charged"), pl.lit(0, WIDE)).sum(),
    )
    unread = _unread(metered, measured=measured, months=months)
    told = (
        months.join(into, on=["zone_ix", "month"], how="left", maintain_order="left")
        .join(sums, on=["zone_ix", "month"], how="left", maintain_order="left")
        .join(unread, on=["zone_ix", "month"], how="left", maintain_order="left")
        .with_columns(pl.col("billed", "unbilled").fill_null(0).cast(WIDE), pl.col("unread_points").fill_null(0))
        .with_columns(input=pl.when(pl.col("read")).then("input"))
        .with_columns(loss=pl.col("input").cast(WIDE) - pl.col("billed") - pl.col("unbilled"))
    )
    some = pl.when(pl.col("input") > 0).then(pl.col("input").cast(WIDE))
    return told.select(
        "zone_ix",
        "month",
        input_micro=pl.col("input").cast(WIDE),
        billed_micro="billed",
        unbilled_micro="unbilled",
        loss_micro="loss",
        loss_percent_micro=half_up_expr(num=pl.col("loss") * _PERCENT, den=some),
        unread_points=pl.col("unread_points").cast(pl.Int64),
    )


def _by_month(spans: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """zone_ix, point_ix, month, part, held: the part of each span that falls into the zone's days of the month."""
    met = spans.with_row_index("span").join(months, on="zone_ix")
    met = met.with_columns(
        first=pl.max_horizontal("period_from", "days_from"), after=pl.min_horizontal("period_to", "days_to")
    ).filter(pl.col("first") < pl.col("after"))
    whole = (pl.col("period_to") - pl.col("period_from")).dt.total_days().cast(WIDE)
    upto = (pl.col("after") - pl.col("period_from")).dt.total_days().cast(WIDE)
    before = (pl.col("first") - pl.col("period_from")).dt.total_days().cast(WIDE)
    quantity = pl.col("quantity_micro").cast(WIDE)
    return met.with_columns(
        part=quantity * upto // whole - quantity * before // whole,
        held=(pl.col("after") - pl.col("first")).dt.total_days(),
        days=(pl.col("days_to") - pl.col("days_from")).dt.total_days(),
    )


def _whole() -> pl.Expr:
    """The parts of one or more meters leave no day out; those of two meters at once may cover a day twice."""
    return (pl.col("held").sum() >= pl.col("days").first()) & (pl.col("held").sum() % pl.col("days").first() == 0)


def _by_point(spans: pl.DataFrame, months: pl.DataFrame, *, name: str) -> pl.DataFrame:
    keys = ["zone_ix", "month", "point_ix"]
    return _by_month(spans, months).group_by(keys).agg(pl.col("part").sum().alias(name))


def _unread(metered: pl.DataFrame, *, measured: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """zone_ix, month, unread_points."""
    read = _by_month(measured, months).group_by("zone_ix", "month", "point_ix").agg(is_read=_whole())
    asked = months.select("zone_ix", "month").join(metered, on="zone_ix")
    lost = asked.join(read.filter("is_read"), on=["zone_ix", "month", "point_ix"], how="anti")
    return lost.group_by("zone_ix", "month").agg(unread_points=pl.len())
