"""Interval series (half-hourly, hourly) → sums of local days, with what is missing in sight."""

from collections.abc import Mapping

import polars as pl

SERIES: Mapping[str, pl.DataType] = {
    "register_ix": pl.Int64(),
    "starts_at": pl.Datetime("us", "UTC"),
    "length_s": pl.Int64(),
    "quantity_micro": pl.Int64(),
}


def daily_sums(*, series: pl.DataFrame, zone: str) -> pl.DataFrame:
    """register_ix, day, quantity_micro (Int128), covered_s, expected_s; a day is complete when both seconds are equal.

    An interval belongs to the local day it starts in; days of 23 and 25 hours expect 82,800 and 90,000 seconds.
    """
    exact = series.select(pl.col(name).cast(dtype) for name, dtype in SERIES.items())
    days = exact.with_columns(day=pl.col("starts_at").dt.convert_time_zone(zone).dt.date())
    sums = days.group_by("register_ix", "day").agg(
        pl.col("quantity_micro").cast(pl.Int128).sum(), covered_s=pl.col("length_s").sum()
    )
    midnight = pl.col("day").cast(pl.Datetime("us")).dt.replace_time_zone(zone, ambiguous="earliest")
    next_midnight = pl.col("day").dt.offset_by("1d").cast(pl.Datetime("us"))
    next_midnight = next_midnight.dt.replace_time_zone(zone, ambiguous="earliest")
    expected = (next_midnight - midnight).dt.total_seconds()
    return sums.with_columns(expected_s=expected).sort("register_ix", "day")


def incomplete_days(*, sums: pl.DataFrame) -> pl.DataFrame:
    """The days of daily_sums that hold too few or too many seconds: gaps, or intervals loaded twice."""
    return sums.filter(pl.col("covered_s") != pl.col("expected_s"))
