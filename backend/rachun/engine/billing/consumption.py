"""Consumption → the served days it belongs to.

A consumption row covers days; its quantity is shared out over the *served* days among them, in order, so that the
integer parts sum to the row: part = floor(q × days so far / all) - floor(q × days before / all). Days nobody is served
carry no part, and a row without a single served day is refused, never dropped. A row may lie before the billing period
(a late reading): its days are priced by the versions of those days (I-18).
"""

import polars as pl

from rachun.engine.billing.frames import OPEN_DAY, day_text, days, overlapping, refused
from rachun.engine.billing.segments import Stretches
from rachun.values.rounding import WIDE


def consumption_pieces(*, stretches: Stretches, consumption: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(pieces, refusals). consumption: checked columns of CONSUMPTION.

    pieces: account_ix, agreement_ix, version_ix, consumption_ix, register, basis, from_day, to_day, stretch_from,
    quantity (Int128), window_from, window_days, of the billing period or, outside it, of the piece's own month;
    row_days and row_before: served days of the whole row, and those before the piece.
    """
    rows = days(consumption, start="period_from", end="period_to").join(stretches.accounts, on="agreement_ix")
    negative = pl.col("quantity_micro") < 0
    refusals = [refused(rows.filter(negative), code="NEGATIVE_CONSUMPTION", consumption_ix=pl.col("consumption_ix"))]
    rows = rows.filter(~negative)
    served = stretches.served.drop("account_ix").with_columns(stretch_from=pl.col("from_day"))
    pieces = _windowed(overlapping(rows, served, on="agreement_ix"), stretches=stretches)
    refusals += _unpriced(rows, pieces=pieces, presence=stretches.presence)
    return _shared_out(pieces), pl.concat(refusals)


def _windowed(pieces: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    inside = (pl.col("from_day") >= stretches.start) & (pl.col("to_day") <= stretches.end)
    own = pieces.filter(inside).with_columns(
        window_from=pl.lit(stretches.start, pl.Int64), window_days=pl.lit(stretches.days, pl.Int64)
    )
    late = pieces.filter(~inside)
    if late.is_empty():
        return own
    windows = _windows(late, stretches=stretches)
    joined = overlapping(late.with_columns(every=pl.lit(0)), windows.with_columns(every=pl.lit(0)), on="every").drop(
        "every"
    )
    return pl.concat([own, joined])


def _windows(late: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    """The billing period, and the calendar months round it cut where the period begins and ends."""
    first = pl.select(pl.lit(late["from_day"].min()).cast(pl.Int32).cast(pl.Date).dt.truncate("1mo")).item()
    last = pl.select(pl.lit(late["to_day"].max()).cast(pl.Int32).cast(pl.Date)).item()
    starts = pl.date_range(first, last, "1mo", eager=True).alias("month")
    months = starts.to_frame().select(
        from_day=pl.col("month").cast(pl.Int32).cast(pl.Int64),
        to_day=pl.col("month").dt.offset_by("1mo").cast(pl.Int32).cast(pl.Int64),
    )
    months = months.with_columns(window_from=pl.col("from_day"), window_days=pl.col("to_day") - pl.col("from_day"))
    earlier = months.with_columns(pl.col("to_day").clip(upper_bound=stretches.start))
    later = months.with_columns(pl.col("from_day").clip(lower_bound=stretches.end))
    own = pl.DataFrame(
        {
            "from_day": stretches.start,
            "to_day": stretches.end,
            "window_from": stretches.start,
            "window_days": stretches.days,
        }
    )
    return pl.concat([earlier, own, later]).filter(pl.col("from_day") < pl.col("to_day"))


def _shared_out(pieces: pl.DataFrame) -> pl.DataFrame:
    wide = pl.col("quantity_micro").cast(WIDE)
    if not pieces["consumption_ix"].is_duplicated().any():
        whole = pl.col("to_day") - pl.col("from_day")
        return pieces.with_columns(quantity=wide, row_days=whole, row_before=pl.lit(0, pl.Int64))
    length = pl.col("to_day") - pl.col("from_day")
    ordered = pieces.sort("consumption_ix", "from_day").with_columns(
        upto=length.cum_sum().over("consumption_ix"), whole=length.sum().over("consumption_ix")
    )
    upto, before = pl.col("upto").cast(WIDE), (pl.col("upto") - length).cast(WIDE)
    share = wide * upto // pl.col("whole").cast(WIDE) - wide * before // pl.col("whole").cast(WIDE)
    shared = ordered.with_columns(quantity=share, row_days=pl.col("whole"), row_before=pl.col("upto") - length)
    return shared.drop("upto", "whole")


def _unpriced(rows: pl.DataFrame, *, pieces: pl.DataFrame, presence: pl.DataFrame) -> list[pl.DataFrame]:
    """Rows with no served day, and rows some of whose served days no version rules."""
    length = (pl.col("to_day") - pl.col("from_day")).sum()
    served = overlapping(rows, presence.drop("account_ix"), on="agreement_ix")
    tallies = (
        rows.join(served.group_by("consumption_ix").agg(served=length), on="consumption_ix", how="left")
        .join(pieces.group_by("consumption_ix").agg(priced=length), on="consumption_ix", how="left")
        .with_columns(pl.col("served", "priced").fill_null(0))
    )
    unserved = tallies.filter((pl.col("served") == 0) & (pl.col("quantity_micro") != 0))
    unruled = tallies.filter(pl.col("priced") < pl.col("served"))
    row = {"consumption_ix": pl.col("consumption_ix"), "from": day_text("from_day"), "to": day_text("to_day")}
    return [
        refused(unserved, code="CONSUMPTION_NOT_SERVED", **row),
        refused(unruled, code="NO_VERSION", **row),
    ]


def with_new_days(pieces: pl.DataFrame, *, by: list[str]) -> pl.DataFrame:
    """Add group (0, 1, … per distinct `by`) and new_days: the days of a piece that no earlier one of its group covers.

    Groups follow one another in the sorted frame, so one running maximum of group × span + day serves them all.
    """
    ordered = pieces.sort(*by, "from_day", "to_day", "consumption_ix")
    starts = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift(1)) for key in by)
    grouped = ordered.with_columns(group=starts.cast(pl.Int64).cum_sum() - 1)
    base = pl.col("group") * (OPEN_DAY + 1)
    reached = (base + pl.col("to_day")).cum_max().shift(1).fill_null(0) - base
    new_days = pl.col("to_day") - pl.max_horizontal(pl.col("from_day"), reached)
    return grouped.with_columns(new_days=new_days.clip(lower_bound=0))
