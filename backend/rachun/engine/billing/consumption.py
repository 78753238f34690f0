"""Consumption → the served days it belongs to.

A consumption row covers days; its quantity is shared out over the *served* days among them, in order, so that the
integer parts sum to the row: part = floor(q × days so far / all) - floor(q × days before / all). Days nobody is served
carry no part, and a row without a single served day is refused, never dropped. A row may lie before the billing period
(a late reading): its days are priced by the versions of those days (I-18).
"""

from collections.abc import Mapping

import polars as pl

from rachun.engine.billing.frames import (
    OPEN_DAY,
    all_refusals,
    day_text,
    days,
    days_held,
    inside_range,
    overlap,
    overlapping,
    refused,
)
from rachun.engine.billing.segments import Stretches
from rachun.values.rounding import WIDE


def consumption_pieces(*, stretches: Stretches, consumption: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(pieces, refusals). consumption: checked columns of CONSUMPTION.

    pieces: account_ix, agreement_ix, version_ix, consumption_ix, register, basis, from_day, to_day, stretch_from,
    quantity (Int128), window_from, window_days, of the billing period or, outside it, of the piece's own month;
    row_days and row_before: served days of the whole row, and those before the piece.
    """
    rows = days(consumption, start="period_from", end="period_to")
    refusals: list[pl.DataFrame] = []
    if not inside_range(rows["quantity_micro"], least=0):
        negative = pl.col("quantity_micro") < 0
        said = {"consumption_ix": pl.col("consumption_ix")}
        refusals.append(_refused(rows.filter(negative), code="NEGATIVE_CONSUMPTION", said=said, stretches=stretches))
        rows = rows.filter(~negative)
    served = stretches.served.with_columns(stretch_from=pl.col("from_day"))
    pieces = _windowed(overlapping(rows, served, on="agreement_ix"), stretches=stretches)
    if not _is_each_one_piece(rows, pieces=pieces, presence=stretches.presence):
        refusals += _unpriced(rows, pieces=pieces, stretches=stretches)
    return _shared_out(pieces), all_refusals(refusals)


def _refused(rows: pl.DataFrame, *, code: str, said: Mapping[str, pl.Expr], stretches: Stretches) -> pl.DataFrame:
    return refused(rows.join(stretches.accounts, on="agreement_ix"), code=code, **said)


def _windowed(pieces: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    start, end = stretches.start, stretches.end
    window = {"window_from": pl.lit(start, pl.Int64), "window_days": pl.lit(stretches.days, pl.Int64)}
    if pieces.is_empty() or (pieces["from_day"].min() >= start and pieces["to_day"].max() <= end):  # type: ignore[operator]
        return pieces.with_columns(**window)
    inside = (pl.col("from_day") >= start) & (pl.col("to_day") <= end)
    own, late = pieces.filter(inside).with_columns(**window), pieces.filter(~inside)
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
    length = pl.col("to_day") - pl.col("from_day")
    if pieces["consumption_ix"].n_unique() == pieces.height:
        return pieces.with_columns(quantity=wide, row_days=length, row_before=pl.lit(0, pl.Int64))
    ordered = pieces.sort("consumption_ix", "from_day").with_columns(
        upto=length.cum_sum().over("consumption_ix"), whole=length.sum().over("consumption_ix")
    )
    upto, before = pl.col("upto").cast(WIDE), (pl.col("upto") - length).cast(WIDE)
    share = wide * upto // pl.col("whole").cast(WIDE) - wide * before // pl.col("whole").cast(WIDE)
    shared = ordered.with_columns(quantity=share, row_days=pl.col("whole"), row_before=pl.col("upto") - length)
    return shared.drop("upto", "whole")


def _is_each_one_piece(rows: pl.DataFrame, *, pieces: pl.DataFrame, presence: pl.DataFrame) -> bool:
    """The usual case: every row lies whole in one served stretch of one version, so none of it is unpriced."""
    return (
        rows.height == pieces.height == pieces["consumption_ix"].n_unique()
        and days_held(rows) == days_held(pieces)
        and not overlap(presence, by="agreement_ix")
    )


def _unpriced(rows: pl.DataFrame, *, pieces: pl.DataFrame, stretches: Stretches) -> list[pl.DataFrame]:
    """Rows with no served day, and rows some of whose served days no version rules."""
    length = (pl.col("to_day") - pl.col("from_day")).sum()
    served = overlapping(rows, stretches.presence.drop("account_ix"), on="agreement_ix")
    tallies = (
        rows.join(served.group_by("consumption_ix").agg(served=length), on="consumption_ix", how="left")
        .join(pieces.group_by("consumption_ix").agg(priced=length), on="consumption_ix", how="left")
        .with_columns(pl.col("served", "priced").fill_null(0))
    )
    unserved = tallies.filter((pl.col("served") == 0) & (pl.col("quantity_micro") != 0))
    unruled = tallies.filter(pl.col("priced") < pl.col("served"))
    said = {"consumption_ix": pl.col("consumption_ix"), "from": day_text("from_day"), "to": day_text("to_day")}
    return [
        _refused(unserved, code="CONSUMPTION_NOT_SERVED", said=said, stretches=stretches),
        _refused(unruled, code="NO_VERSION", said=said, stretches=stretches),
    ]


def with_new_days(pieces: pl.DataFrame, *, by: list[str]) -> pl.DataFrame:
    """Add group (0, 1, … per distinct `by`) and new_days: the days of a piece that no earlier one of its group covers.

    Groups follow one another in the sorted frame, so one running maximum of group × span + day serves them all.
    """
    ordered = pieces.sort(*by, "from_day", "to_day", "consumption_ix")
    starts = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift(1)) for key in by)
    grouped = ordered.with_columns(group=starts.cast(pl.Int64).cum_sum() - 1)
    if grouped["group"].n_unique() == grouped.height:  # each piece is a group of its own: nothing is covered twice
        return grouped.with_columns((grouped["to_day"] - grouped["from_day"]).alias("new_days"))
    base = pl.col("group") * (OPEN_DAY + 1)
    reached = (base + pl.col("to_day")).cum_max().shift(1).fill_null(0) - base
    new_days = pl.col("to_day") - pl.max_horizontal(pl.col("from_day"), reached)
    return grouped.with_columns(new_days=new_days.clip(lower_bound=0))
