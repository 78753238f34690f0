"""What a main meter shows beyond its sub-meters → parts of those who share it.

remainder = main - sum of subs. Each part is half_up(remainder × weight / all weights); what rounding leaves goes to the
heaviest part (the first of equals, by agreement), so the parts sum to the remainder. Weights are the method's: persons,
m², flats, or 1 for equal shares.

Weights count by the days they held: persons × days, m² × days, so who moves in or out takes part for the own days.

A remainder below zero:  REFUSE  names it;  ZERO  shares nothing out;  CREDIT  shares it out as it is.
A sub-meter not read:    REFUSE  names it;  AS_ZERO  takes it as unused, so that the others carry it.
A remainder or weights that no arithmetic of 128 bits would share exactly are named, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from rachun.values.quantity import QUANTITY_MAX
from rachun.values.rounding import WIDE, half_up_expr

WEIGHTS_MAX: Final = 10**19  # millionths of units × days of all who share; times QUANTITY_MAX inside 128 bits
MAINS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "quantity_micro": WIDE,
    "when_negative": pl.String(),  # REFUSE, ZERO, CREDIT
    "when_missing": pl.String(),  # REFUSE, AS_ZERO
}
SUBS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "quantity_micro": WIDE,  # null: not read
}
SHARERS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "weight_micro": WIDE,
}
SERVED: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "served_from": pl.Date(),
    "served_to": pl.Date(),
}
UNITS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "value_micro": pl.Int64(),  # persons, m², flats
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
}
PARTS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "quantity_micro": pl.Int64(),
    "remainder_micro": pl.Int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """parts: columns of PARTS. refusals: main_ix, code (SUB_NOT_READ, NEGATIVE_REMAINDER, SHARES_TOO_LARGE,
    NOBODY_SHARES).
    """

    parts: pl.DataFrame
    refusals: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """sharers: columns of SHARERS. unknown: main_ix, agreement_ix of those with served days without a value."""

    sharers: pl.DataFrame
    unknown: pl.DataFrame


def unit_days(*, served: pl.DataFrame, units: pl.DataFrame) -> Weighed:
    """served: columns of SERVED, days that do not overlap. units: columns of UNITS, neither do these."""
    keys = ["main_ix", "agreement_ix"]
    days = _exact(served, SERVED)
    both = days.join(_exact(units, UNITS), on=keys).with_columns(
        held=(
            pl.min_horizontal("served_to", "valid_to") - pl.max_horizontal("served_from", "valid_from")
        ).dt.total_days()
    )
    held = (
        both.filter(pl.col("held") > 0)
        .group_by(keys)
        .agg(
            weight_micro=(pl.col("value_micro").cast(WIDE) * pl.col("held").cast(WIDE)).sum(), held=pl.col("held").sum()
        )
    )
    whole = days.group_by(keys).agg(days=(pl.col("served_to") - pl.col("served_from")).dt.total_days().sum())
    known = whole.join(held, on=keys, how="left").with_columns(is_known=pl.col("held").fill_null(0) == pl.col("days"))
    return Weighed(
        sharers=_exact(known.filter("is_known"), SHARERS).sort(keys),
        unknown=known.filter(~pl.col("is_known")).select(keys).sort(keys),
    )


def shared_remainder(*, mains: pl.DataFrame, subs: pl.DataFrame, sharers: pl.DataFrame) -> Shared:
    """One period of any number of main meters; a refused one has no parts."""
    below = (
        _exact(subs, SUBS)
        .group_by("main_ix")
        .agg(subs=pl.col("quantity_micro").cast(WIDE).sum(), unread=pl.col("quantity_micro").null_count())
    )
    weights = _exact(sharers, SHARERS).group_by("main_ix").agg(whole=pl.col("weight_micro").cast(WIDE).sum())
    told = (
        _exact(mains, MAINS)
        .join(below, on="main_ix", how="left", maintain_order="left")
        .join(weights, on="main_ix", how="left", maintain_order="left")
        .with_columns(remainder=pl.col("quantity_micro").cast(WIDE) - pl.col("subs").fill_null(0).cast(WIDE))
    )
    code = (
        pl.when((pl.col("unread").fill_null(0) > 0) & (pl.col("when_missing") == "REFUSE"))
        .then(pl.lit("SUB_NOT_READ"))
        .when((pl.col("remainder") < 0) & (pl.col("when_negative") == "REFUSE"))
        .then(pl.lit("NEGATIVE_REMAINDER"))
        .when((_shared_out().abs() > QUANTITY_MAX) | (pl.col("whole") > WEIGHTS_MAX))
        .then(pl.lit("SHARES_TOO_LARGE"))
        .when(pl.col("whole").fill_null(0) <= 0)
        .then(pl.lit("NOBODY_SHARES"))
    )
    judged = told.with_columns(code=code)
    sound = judged.filter(pl.col("code").is_null()).with_columns(remainder=_shared_out())
    return Shared(
        parts=_parts(sound.select("main_ix", "remainder", "whole"), _exact(sharers, SHARERS)),
        refusals=judged.filter(pl.col("code").is_not_null()).select("main_ix", "code"),
    )


def _shared_out() -> pl.Expr:
    zeroed = (pl.col("remainder") < 0) & (pl.col("when_negative") == "ZERO")
    return pl.when(zeroed).then(pl.lit(0, WIDE)).otherwise(pl.col("remainder"))


def _parts(mains: pl.DataFrame, sharers: pl.DataFrame) -> pl.DataFrame:
    met = mains.join(sharers, on="main_ix")
    part = half_up_expr(num=pl.col("remainder") * pl.col("weight_micro").cast(WIDE), den=pl.col("whole"))
    heaviest_first = met.with_columns(part=part).sort(
        "main_ix", "weight_micro", "agreement_ix", descending=[False, True, False]
    )
    rest = pl.col("remainder").first().over("main_ix") - pl.col("part").sum().over("main_ix")
    is_heaviest = pl.int_range(pl.len()).over("main_ix") == 0
    given = heaviest_first.with_columns(
        quantity_micro=pl.col("part") + pl.when(is_heaviest).then(rest).otherwise(pl.lit(0, WIDE)),
        remainder_micro=pl.col("remainder"),
    )
    return _exact(given, PARTS).sort("main_ix", "agreement_ix")


def _exact(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
