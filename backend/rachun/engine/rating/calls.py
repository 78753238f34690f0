"""Calls → what they cost. One call, one rounding; a call nothing prices is an error state, never zero."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from rachun.engine.rating.zones import NO_ZONE, Prefix, ZoneIndex, index_prefixes
from rachun.values.rounding import WIDE, half_up_expr

CALLS: Mapping[str, pl.DataType] = {
    "called": pl.String(),  # E.164 digits; null = the number could not be normalised
    "usage_date": pl.Date(),  # local day of the call's start
    "billable_s": pl.Int64(),
    "answered": pl.Boolean(),
}
DESTINATIONS: Mapping[str, pl.DataType] = {
    "prefix": pl.String(),
    "label": pl.String(),  # destination group, as the bill names it
    "price_per_minute_e8": pl.Int64(),
    "connection_fee_e8": pl.Int64(),
    "first_interval_s": pl.Int64(),  # ≥ 0
    "increment_s": pl.Int64(),  # ≥ 1
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
}
RATED: Mapping[str, pl.DataType] = {
    "destination_no": pl.Int64(),  # row of the destination table; null where there is no rate
    "prefix": pl.String(),
    "label": pl.String(),
    "billed_s": pl.Int64(),  # null unless RATED or UNANSWERED
    "amount_micro": pl.Int64(),  # currency units × 10^6; null unless RATED or UNANSWERED
    "status": pl.String(),  # RATED, UNANSWERED, or ERROR
    "error": pl.String(),  # BAD_NUMBER, BAD_DURATION, NO_RATE, OVERFLOW
}
_SECONDS_MAX = 10**8  # three years
_AMOUNT_MAX = 10**18
_E8_DECIMALS, _MICRO_DECIMALS = 8, 6


class DestinationsInvalid(ValueError):
    """A destination table that cannot price calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationTable:
    rows: pl.DataFrame
    zones: ZoneIndex


def destination_table(*, rows: pl.DataFrame) -> DestinationTable:
    """Prepare a table once for many calls. rows: columns of DESTINATIONS."""
    exact = rows.select(pl.col(name).cast(dtype) for name, dtype in DESTINATIONS.items())
    bad = exact.filter((pl.col("increment_s") < 1) | (pl.col("first_interval_s") < 0))
    if bad.height:
        raise DestinationsInvalid(f"prefix {bad['prefix'][0]}: increment below 1 s or first interval below 0 s")
    listed = exact.select("prefix", "valid_from", "valid_to").rows()
    prefixes = [Prefix(digits=p, zone=no, valid_from=a, valid_to=b) for no, (p, a, b) in enumerate(listed)]
    return DestinationTable(rows=exact, zones=index_prefixes(prefixes=prefixes))


def rate_calls(*, calls: pl.DataFrame, table: DestinationTable, amount_decimals: int = 4) -> pl.DataFrame:
    """Columns of RATED, row by row beside `calls` (columns of CALLS).

    billed_s: the first interval, then whole increments. amount: connection fee + price × billed / 60, rounded once,
    half up, to amount_decimals. A call without billable seconds costs nothing, whoever answered it.
    """
    exact = calls.select(pl.col(name).cast(dtype) for name, dtype in CALLS.items())
    found = pl.Series("destination_no", _zones(exact, table=table))
    priced = (
        pl.concat([exact, found.to_frame(), table.rows[found.clip(lower_bound=0)]], how="horizontal")
        if (table.rows.height)
        else exact.with_columns(found, **{n: pl.lit(None, t) for n, t in DESTINATIONS.items()})
    )
    error = _error()
    first, step, seconds = pl.col("first_interval_s"), pl.col("increment_s"), pl.col("billable_s")
    beyond = (seconds - first + step - 1) // step * step
    billed = pl.when(seconds <= 0).then(0).when(seconds <= first).then(first).otherwise(first + beyond)
    billed = pl.when(pl.col("answered") & pl.col("error").is_null()).then(billed).otherwise(0)
    return (
        priced.with_columns(error=error)
        .with_columns(billed_s=billed)
        .with_columns(worth=_worth(decimals=amount_decimals))
        .with_columns(error=pl.when(pl.col("worth").abs() > _AMOUNT_MAX).then(pl.lit("OVERFLOW")).otherwise("error"))
        .select(_rated())
    )


def _zones(calls: pl.DataFrame, *, table: DestinationTable) -> np.ndarray:
    numbers = calls["called"].cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    lengths = calls["called"].str.len_bytes().cast(pl.Int64).fill_null(0).to_numpy()
    days = calls["usage_date"].cast(pl.Int32).cast(pl.Int64).to_numpy()
    return table.zones.find(numbers=numbers, lengths=lengths, days=days)


def _error() -> pl.Expr:
    ringing = ~pl.col("answered") | (pl.col("billable_s") == 0)
    return (
        pl.when(~pl.col("billable_s").is_between(0, _SECONDS_MAX))
        .then(pl.lit("BAD_DURATION"))
        .when(ringing)
        .then(None)
        .when(~pl.col("called").str.contains(r"^[0-9]{1,15}$").fill_null(value=False))
        .then(pl.lit("BAD_NUMBER"))
        .when(pl.col("destination_no") == NO_ZONE)
        .then(pl.lit("NO_RATE"))
    )


def _worth(*, decimals: int) -> pl.Expr:
    fee, price = pl.col("connection_fee_e8").cast(WIDE), pl.col("price_per_minute_e8").cast(WIDE)
    num = fee * 60 + price * pl.col("billed_s").cast(WIDE)
    rounded = half_up_expr(num=num, den=pl.lit(60 * 10 ** (_E8_DECIMALS - decimals), WIDE))
    return pl.when(pl.col("billed_s") > 0).then(rounded * 10 ** (_MICRO_DECIMALS - decimals)).otherwise(pl.lit(0, WIDE))


def _rated() -> list[pl.Expr]:
    sound, known = pl.col("error").is_null(), pl.col("destination_no") != NO_ZONE
    status = pl.when(~sound).then(pl.lit("ERROR")).when(pl.col("answered")).then(pl.lit("RATED"))
    values = {
        "destination_no": pl.when(known).then("destination_no"),
        "prefix": pl.when(known).then("prefix"),
        "label": pl.when(known).then("label"),
        "billed_s": pl.when(sound).then("billed_s"),
        "amount_micro": pl.when(sound).then("worth"),
        "status": status.otherwise(pl.lit("UNANSWERED")),
        "error": pl.col("error"),
    }
    return [values[name].cast(dtype).alias(name) for name, dtype in RATED.items()]
