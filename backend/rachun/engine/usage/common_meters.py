"""What a main meter shows beyond its sub-meters → parts of those who share it.

remainder = main - sum of subs. Each part is half_up(remainder × weight / all weights); what rounding leaves goes to the
heaviest part (the first of equals, by agreement), so the parts sum to the remainder. Weights are the method's: persons,
m², flats, or 1 for equal shares.

A remainder below zero:  REFUSE  names it;  ZERO  shares nothing out;  CREDIT  shares it out as it is.
A sub-meter not read:    REFUSE  names it;  AS_ZERO  takes it as unused, so that the others carry it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from rachun.values.rounding import WIDE, half_up_expr

MAINS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "quantity_micro": pl.Int64(),
    "when_negative": pl.String(),  # REFUSE, ZERO, CREDIT
    "when_missing": pl.String(),  # REFUSE, AS_ZERO
}
SUBS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "quantity_micro": pl.Int64(),  # null: not read
}
SHARERS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "weight_micro": pl.Int64(),
}
PARTS: Final[Mapping[str, pl.DataType]] = {
    "main_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "quantity_micro": pl.Int64(),
    "remainder_micro": pl.Int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """parts: columns of PARTS. refusals: main_ix, code (SUB_NOT_READ, NEGATIVE_REMAINDER, NOBODY_SHARES)."""

    parts: pl.DataFrame
    refusals: pl.DataFrame


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
        .when(pl.col("whole").fill_null(0) <= 0)
        .then(pl.lit("NOBODY_SHARES"))
    )
    judged = told.with_columns(code=code)
    sound = judged.filter(pl.col("code").is_null())
    zeroed = (pl.col("remainder") < 0) & (pl.col("when_negative") == "ZERO")
    sound = sound.with_columns(remainder=pl.when(zeroed).then(pl.lit(0, WIDE)).otherwise(pl.col("remainder")))
    return Shared(
        parts=_parts(sound.select("main_ix", "remainder", "whole"), _exact(sharers, SHARERS)),
        refusals=judged.filter(pl.col("code").is_not_null()).select("main_ix", "code"),
    )


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
