"""Interval series → quantities of tariff bands (VT, MT …) per local day.

The band of an interval is that of its first second, on the clock that the rules keep: CIVIL is what people's watches
say; STANDARD is the zone's time without summer time, as meters that are never switched keep it. The day of the sum is
always the civil day, of 23, 24 or 25 hours, because bills speak of those.

A rule holds on one kind of day (1 Monday … 7 Sunday, 8 holiday; a holiday is no weekday), in a season of the year and
from one minute of the day to another. Each interval needs exactly one rule, and has to end inside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from rachun.engine.usage.intervals import SERIES
from rachun.values.rounding import WIDE

HOLIDAY: Final = 8
BAND_RULES: Final[Mapping[str, pl.DataType]] = {
    "band": pl.String(),
    "day_kind": pl.Int64(),
    "season_from": pl.Int64(),  # month × 100 + day, first day of the season
    "season_to": pl.Int64(),  # first day after it; not later than season_from: the season passes New Year
    "from_minute": pl.Int64(),
    "to_minute": pl.Int64(),  # up to 1440
}
BANDED: Final[Mapping[str, pl.DataType]] = {
    "register_ix": pl.Int64(),
    "day": pl.Date(),
    "band": pl.String(),
    "quantity_micro": WIDE,
    "covered_s": pl.Int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Banded:
    """sums: columns of BANDED. unruled: register_ix, starts_at of intervals with no rule, several, or across two."""

    sums: pl.DataFrame
    unruled: pl.DataFrame


def band_sums(
    *, series: pl.DataFrame, rules: pl.DataFrame, holidays: pl.Series, zone: str, clock: Literal["CIVIL", "STANDARD"]
) -> Banded:
    """series: columns of SERIES. rules: columns of BAND_RULES. holidays: dates on the rules' clock."""
    civil = pl.col("starts_at").dt.convert_time_zone(zone)
    standard = (pl.col("starts_at") + civil.dt.base_utc_offset()).dt.replace_time_zone(None)
    shown = standard if clock == "STANDARD" else civil.dt.replace_time_zone(None)
    timed = (
        series.select(pl.col(name).cast(dtype) for name, dtype in SERIES.items())
        .with_row_index("row")
        .with_columns(day=civil.dt.date(), shown=shown)
        .with_columns(
            second=pl.col("shown").dt.hour().cast(pl.Int64) * 3600
            + pl.col("shown").dt.minute().cast(pl.Int64) * 60
            + pl.col("shown").dt.second().cast(pl.Int64),
            season=pl.col("shown").dt.month().cast(pl.Int64) * 100 + pl.col("shown").dt.day().cast(pl.Int64),
            day_kind=pl.when(pl.col("shown").dt.date().is_in(holidays.to_list()))
            .then(pl.lit(HOLIDAY))
            .otherwise(pl.col("shown").dt.weekday())
            .cast(pl.Int64),
        )
    )
    exact = rules.select(pl.col(name).cast(dtype) for name, dtype in BAND_RULES.items())
    met = timed.join(exact, on="day_kind").filter(_in_season() & _in_minutes())
    one = met.filter(pl.len().over("row") == 1)
    sums = one.group_by("register_ix", "day", "band").agg(
        quantity_micro=pl.col("quantity_micro").cast(WIDE).sum(), covered_s=pl.col("length_s").sum()
    )
    unruled = timed.join(one, on="row", how="anti").select("register_ix", "starts_at")
    ordered = sums.select(pl.col(name).cast(dtype) for name, dtype in BANDED.items())
    return Banded(sums=ordered.sort("register_ix", "day", "band"), unruled=unruled)


def _in_season() -> pl.Expr:
    first, after, now = pl.col("season_from"), pl.col("season_to"), pl.col("season")
    inside = (first <= now) & (now < after)
    return pl.when(first < after).then(inside).otherwise((first <= now) | (now < after))


def _in_minutes() -> pl.Expr:
    ends = pl.col("second") + pl.col("length_s")
    return (pl.col("from_minute") * 60 <= pl.col("second")) & (ends <= pl.col("to_minute") * 60)
