"""Readings → consumption. A reading opens its day: the span between two readings is [read_on, next read_on).

A dial of n digits returns to zero at 10^n. A value below the one before is a rollover when the step through zero is at
most half the dial; otherwise it is refused and the next reading is held against the last sound one. A meter exchange is
two installations, each with its own opening and closing readings, so it needs no rule here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from rachun.values.quantity import MICRO, QUANTITY_MAX
from rachun.values.rounding import WIDE, half_up_expr

READINGS: Mapping[str, pl.DataType] = {
    "installation_ix": pl.Int64(),
    "register_ix": pl.Int64(),
    "register": pl.String(),  # code the tariff knows: VT, MT, T1
    "digits": pl.Int64(),  # whole digits of the dial, 1 to 11
    "multiplier_micro": pl.Int64(),  # × 10^6; 1_000_000 without transformers
    "reading_ix": pl.Int64(),
    "read_on": pl.Date(),
    "value_micro": pl.Int64(),  # what the dial shows × 10^6
    "kind": pl.String(),  # ESTIMATED, or any kind of measured one: ACTUAL, CUSTOMER, REMOTE, OPENING, CLOSING
}
MEASURED: Mapping[str, pl.DataType] = {
    "installation_ix": pl.Int64(),
    "register_ix": pl.Int64(),
    "register": pl.String(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "basis": pl.String(),  # MEASURED, or ESTIMATED when either end is
    "reading_from_ix": pl.Int64(),
    "reading_to_ix": pl.Int64(),
}
VERDICTS: Mapping[str, pl.DataType] = {
    "reading_ix": pl.Int64(),
    "verdict": pl.String(),
    "is_refused": pl.Boolean(),
}
REFUSED_VERDICTS: Final = (
    *("READING_NEGATIVE", "READING_OVER_DIAL", "READING_BELOW_PREVIOUS", "READING_SAME_DAY"),
    "USE_TOO_LARGE",  # since the one before, times the multiplier, more was used than a quantity may be
)
_ESTIMATED = "ESTIMATED"
_IS_WRONG = pl.col("verdict").is_in(REFUSED_VERDICTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedConsumption:
    """consumption: columns of MEASURED. verdicts: columns of VERDICTS, one row per reading.

    Verdicts: OPENING (the first), NORMAL, ZERO (nothing used), ROLLOVER, HIGH (over ten times the daily average
    before), and the refused ones of REFUSED_VERDICTS.
    """

    consumption: pl.DataFrame
    verdicts: pl.DataFrame


def consumption_from_readings(*, readings: pl.DataFrame) -> DerivedConsumption:
    """readings: columns of READINGS, the current ones of any number of registers, in any order."""
    exact = readings.select(pl.col(name).cast(dtype) for name, dtype in READINGS.items())
    dial = pl.lit(10, WIDE).pow(pl.col("digits").cast(pl.UInt32)).cast(WIDE) * MICRO
    value = pl.col("value_micro").cast(WIDE)
    over_dial = pl.when(value >= dial).then(pl.lit("READING_OVER_DIAL"))
    alone = pl.when(value < 0).then(pl.lit("READING_NEGATIVE")).otherwise(over_dial)
    listed = exact.sort("installation_ix", "register_ix", "read_on", "reading_ix")
    sound = listed.with_columns(value=value, dial=dial, verdict=alone)
    bad: list[pl.DataFrame] = []
    if sound["verdict"].null_count() < sound.height:
        bad.append(sound.filter(pl.col("verdict").is_not_null()).select("reading_ix", "verdict"))
        sound = sound.filter(pl.col("verdict").is_null())
    sound = _judged(sound)
    while sound["verdict"].is_in(REFUSED_VERDICTS).any():
        wrong = sound.filter(_is_first_wrong())
        bad.append(wrong.select("reading_ix", "verdict"))
        sound = _judged(sound.join(wrong, on="reading_ix", how="anti", maintain_order="left"))
    verdicts = pl.concat([sound.select("reading_ix", "verdict"), *bad]).sort("reading_ix")
    return DerivedConsumption(consumption=_spans(sound), verdicts=verdicts.with_columns(is_refused=_IS_WRONG))


def _judged(readings: pl.DataFrame) -> pl.DataFrame:
    """Each reading held against the one before: used (Int128, dial units × 10^6) and verdict."""
    same = pl.col("register_ix") == pl.col("register_ix").shift(1)
    same &= pl.col("installation_ix") == pl.col("installation_ix").shift(1)
    step = pl.col("value") - pl.col("value").shift(1)
    days = (pl.col("read_on") - pl.col("read_on").shift(1)).dt.total_days()
    through_zero = step + pl.col("dial")
    rolled = (step < 0) & (through_zero * 2 <= pl.col("dial"))
    used = pl.when(rolled).then(through_zero).otherwise(step)
    framed = readings.with_columns(
        continues=same.fill_null(value=False), step=step, days=days, rolled=rolled, used=used
    )
    before_used, before_days = pl.col("used").shift(1), pl.col("days").shift(1)
    twice = pl.col("continues") & pl.col("continues").shift(1)
    high = twice & (pl.col("used") * before_days > before_used * pl.col("days") * 10) & (before_used > 0)
    verdict = (
        pl.when(~pl.col("continues"))
        .then(pl.lit("OPENING"))
        .when(pl.col("days") == 0)
        .then(pl.lit("READING_SAME_DAY"))
        .when((pl.col("step") < 0) & ~pl.col("rolled"))
        .then(pl.lit("READING_BELOW_PREVIOUS"))
        .when(is_too_large(pl.col("used")))
        .then(pl.lit("USE_TOO_LARGE"))
        .when(pl.col("rolled"))
        .then(pl.lit("ROLLOVER"))
        .when(pl.col("used") == 0)
        .then(pl.lit("ZERO"))
        .when(high)
        .then(pl.lit("HIGH"))
        .otherwise(pl.lit("NORMAL"))
    )
    return framed.with_columns(verdict=verdict)


def _is_first_wrong() -> pl.Expr:
    return _IS_WRONG & (_IS_WRONG.cum_sum().over("installation_ix", "register_ix") == 1)


def is_too_large(shown: pl.Expr) -> pl.Expr:
    """Whether shown × multiplier is past QUANTITY_MAX, told without the product, which 128 bits may not hold."""
    return shown > QUANTITY_MAX * MICRO // pl.col("multiplier_micro").cast(WIDE)


def times_multiplier(shown: pl.Expr) -> pl.Expr:
    """What a register shows (Int128) → what was used: × multiplier_micro / 10^6, half up to a millionth."""
    return half_up_expr(num=shown * pl.col("multiplier_micro").cast(WIDE), den=pl.lit(MICRO, WIDE))


def _spans(sound: pl.DataFrame) -> pl.DataFrame:
    quantity = times_multiplier(pl.col("used"))
    estimated = (pl.col("kind") == _ESTIMATED) | (pl.col("kind").shift(1) == _ESTIMATED)
    made = {
        "period_from": pl.col("read_on").shift(1),
        "period_to": pl.col("read_on"),
        "quantity_micro": quantity,
        "basis": pl.when(estimated).then(pl.lit(_ESTIMATED)).otherwise(pl.lit("MEASURED")),
        "reading_from_ix": pl.col("reading_ix").shift(1),
        "reading_to_ix": pl.col("reading_ix"),
    }
    spans = sound.select(made.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in MEASURED.items())
    return spans.filter(sound["continues"])
