"""Calls → what they cost. One call, one rounding; a call nothing prices is an error state, never zero."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rachun.engine.rating.course import NO_ROW, Bools, Clock, Course, consume, wind_clock
from rachun.engine.rating.table import (
    AMOUNT_DECIMALS,
    DESTINATIONS,
    E8_DECIMALS,
    SMALL,
    TERMS,
    DestinationsInvalid,
    DestinationTable,
    destination_table,
)
from rachun.engine.rating.zones import NO_ZONE, Int64s
from rachun.values.rounding import rounded_array

__all__ = [
    "CALLS",
    "CONSUMED",
    "COVERED",
    "DESTINATIONS",
    "RATED",
    "STARTED_AT",
    "TERMS",
    "DestinationTable",
    "DestinationsInvalid",
    "InstantsMissing",
    "destination_table",
    "rate_calls",
]

CALLS: Mapping[str, pl.DataType] = {
    "called": pl.String(),  # E.164 digits, or a service's name; null = the number could not be normalised
    "usage_date": pl.Date(),  # local day of the call's start
    "billable_s": pl.Int64(),
    "answered": pl.Boolean(),
}
# Columns that calls may leave out.
STARTED_AT = "started_at"  # instant; a table with time bands needs it
CONSUMED = "consumed_s"  # usage that earlier records of the same call took: no second connection fee
COVERED = "covered_s"  # of the billed usage, what a bundle pays, from the start on
RATED: Mapping[str, pl.DataType] = {
    "destination_no": pl.Int64(),  # row of the table in force at the start; null where there is no rate
    "prefix": pl.String(),
    "label": pl.String(),
    "billed_s": pl.Int64(),  # null unless RATED or UNANSWERED
    "fee_micro": pl.Int64(),  # the connection fee that the amount holds, before any minimum, cap or rounding
    "amount_micro": pl.Int64(),  # currency units × 10^6; null unless RATED or UNANSWERED
    "status": pl.String(),  # RATED, UNANSWERED, or ERROR
    "error": pl.String(),  # BAD_NUMBER, BAD_DURATION, NO_RATE, NO_BAND, OVERFLOW
}
SECONDS_MAX = 10**8  # three years
COUNT_MAX = 10**12
_AMOUNT_MAX = 10**18
_SOUND, _BAD_NUMBER, _BAD_DURATION, _NO_RATE, _NO_BAND, _OVERFLOW = range(6)
_ERRORS = pl.Series([None, "BAD_NUMBER", "BAD_DURATION", "NO_RATE", "NO_BAND", "OVERFLOW"], dtype=pl.String)
_E8_PER_MICRO = 10 ** (E8_DECIMALS - AMOUNT_DECIMALS)


class InstantsMissing(ValueError):
    """A table with time bands was asked to price calls that do not say when they started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What the row in force at the start says about the whole call. cap: -1 = none."""

    fee_e8: Int64s
    minimum_e8: Int64s
    cap_e8: Int64s
    decimals: Int64s
    mode: npt.NDArray[np.int64]

    def only(self, which: npt.NDArray[Any]) -> "_Terms":
        return replace(self, **{name: getattr(self, name)[which] for name in self.__slots__})


def rate_calls(*, calls: pl.DataFrame, table: DestinationTable) -> pl.DataFrame:
    """Columns of RATED, row by row beside `calls` (columns of CALLS, and any of started_at, consumed_s, covered_s).

    amount: connection fee + what the whole increments cost, at least the row's minimum, at most its cap, rounded once,
    as the row in force at the start says. A call without billable seconds, or shorter than the row's free threshold,
    costs nothing. Raises InstantsMissing.
    """
    exact = calls.select(
        pl.col("called").cast(pl.String),
        pl.col("usage_date").cast(pl.Date).cast(pl.Int32).cast(pl.Int64),
        pl.col("billable_s").cast(pl.Int64).fill_null(-1),
        pl.col("answered").cast(pl.Boolean).fill_null(value=False),
        is_silent=pl.col("answered").cast(pl.Boolean).eq(other=False).fill_null(value=False),
    )
    seconds, consumed = exact["billable_s"].to_numpy(), _whole(calls, CONSUMED)
    is_sound = (seconds >= 0) & (seconds <= (SECONDS_MAX if table.measures_time else COUNT_MAX))
    instants = _instants(calls, table=table)
    schedule = table.zones.find(called=exact["called"], days=exact["usage_date"].to_numpy())
    clock = _clock(table, instants=instants, spans=np.where(is_sound, seconds, 0) + consumed)
    row = _first_rows(table, clock=clock, schedule=schedule, moments=instants + consumed * table.measures_time)
    threshold, minimum_s = (_column(table, name, row=row) for name in ("free_below_s", "minimum_s"))
    is_costly = is_sound & (row != NO_ROW) & (seconds > 0) & (seconds >= threshold)
    priced = np.flatnonzero(is_costly & exact["answered"].to_numpy())
    course = Course(
        schedule=schedule,
        row=row,
        instants=instants,
        consumed=consumed,
        upto=consumed + np.maximum(seconds, minimum_s),
        covered=consumed + _whole(calls, COVERED),
    )
    costs = _costs(table, clock=clock, course=course.only(priced))
    whole = {name: _spread(values, over=priced, size=calls.height) for name, values in costs.items()}
    errors = np.select(
        [~is_sound, exact["is_silent"].to_numpy(), schedule == NO_ZONE, (row == NO_ROW) | whole["is_lost"]],
        [_BAD_DURATION, _SOUND, _unknown(exact["called"], schedule=schedule), _NO_BAND],
        np.where(whole["is_beyond"], _OVERFLOW, _SOUND),
    )
    return _beside(table, row=row, costs=whole, errors=errors, answered=exact["answered"])


def _first_rows(table: DestinationTable, *, clock: Clock, schedule: Int64s, moments: Int64s) -> Int64s:
    row = np.full(len(schedule), NO_ROW, dtype=np.int64)
    known = np.flatnonzero(schedule != NO_ZONE)
    row[known], _ = clock.row_at(table=table, schedule=schedule[known], instants=moments[known])
    return row


def _costs(table: DestinationTable, *, clock: Clock, course: Course) -> dict[str, npt.NDArray[Any]]:
    """billed_s, fee_micro, amount_micro and the errors of consuming: is_lost (NO_BAND), is_beyond (OVERFLOW)."""
    terms = _terms(table, course=course)
    size = len(course.row)
    is_small = _fits(table, course=course, terms=terms)
    if is_small.all():
        return _part(table, clock=clock, course=course, terms=terms, dtype=np.int64)
    found: dict[str, npt.NDArray[Any]] = {
        **{name: np.zeros(size, dtype=np.int64) for name in ("billed_s", "fee_micro", "amount_micro")},
        **{name: np.zeros(size, dtype=np.bool_) for name in ("is_lost", "is_beyond")},
    }
    for which, dtype in ((np.flatnonzero(is_small), np.int64), (np.flatnonzero(~is_small), object)):
        if which.size:
            part = _part(table, clock=clock, course=course.only(which), terms=terms.only(which), dtype=dtype)
            for name, values in part.items():
                found[name][which] = values
    return found


def _part(
    table: DestinationTable, *, clock: Clock, course: Course, terms: _Terms, dtype: Any
) -> dict[str, npt.NDArray[Any]]:
    """A call of which a bundle pays every billed second, or that goes on from an earlier record, has no connection fee
    and no minimum.
    """
    prices = table.steps.price if dtype is object else table.steps.small_price
    used = consume(table=table, clock=clock, course=course, prices=prices)
    is_paid = (course.consumed > 0) | (course.covered >= course.consumed + used.billed)
    fee_e8, minimum_e8 = (np.where(is_paid, 0, values) for values in (terms.fee_e8, terms.minimum_e8))
    fees, least, most = (values.astype(dtype) * table.den for values in (fee_e8, minimum_e8, terms.cap_e8))
    worth = np.maximum(used.worth + fees, least)
    worth = np.where(terms.cap_e8 >= 0, np.minimum(worth, most), worth)
    tens = np.array([10**power for power in range(E8_DECIMALS + 1)], dtype=dtype)
    den = tens[E8_DECIMALS - terms.decimals] * table.den
    amount = rounded_array(num=worth, den=den, mode=terms.mode) * tens[AMOUNT_DECIMALS - terms.decimals]
    is_beyond = (amount > _AMOUNT_MAX).astype(np.bool_)
    return {
        "billed_s": used.billed,
        "fee_micro": fee_e8 // _E8_PER_MICRO,
        "amount_micro": np.where(is_beyond, 0, amount).astype(np.int64),
        "is_lost": used.is_lost,
        "is_beyond": is_beyond,
    }


def _terms(table: DestinationTable, *, course: Course) -> _Terms:
    row = course.row
    return _Terms(
        fee_e8=_column(table, "connection_fee_e8", row=row),
        minimum_e8=_column(table, "minimum_e8", row=row),
        cap_e8=_column(table, "cap_e8", row=row),
        decimals=_column(table, "decimals", row=row),
        mode=table.modes[row],
    )


def _fits(table: DestinationTable, *, course: Course, terms: _Terms) -> Bools:
    """Whether no product on the way of a call can leave 64 bits."""
    if table.den * 10**E8_DECIMALS > SMALL:
        return np.zeros(len(course.row), dtype=np.bool_)
    longest = course.upto + table.steps.increment.max(initial=1)
    one_off = np.maximum(np.maximum(terms.fee_e8, terms.minimum_e8), terms.cap_e8)
    bounded: Bools = (table.dearest[course.schedule] <= SMALL // 2 // longest) & (one_off <= SMALL // 2 // table.den)
    return bounded


def _clock(table: DestinationTable, *, instants: Int64s, spans: Int64s) -> Clock:
    if not len(instants):
        return wind_clock(table=table, begin=0, end=0)
    ends = instants + spans if table.measures_time else instants
    return wind_clock(table=table, begin=int(instants.min()), end=int(ends.max()))


def _instants(calls: pl.DataFrame, *, table: DestinationTable) -> Int64s:
    if not table.has_bands:
        return np.zeros(calls.height, dtype=np.int64)
    if STARTED_AT not in calls.columns or calls[STARTED_AT].null_count():
        raise InstantsMissing("a table with time bands prices calls by the instant of their start")
    seconds: Int64s = calls[STARTED_AT].dt.epoch("us").to_numpy() // 1_000_000
    return seconds


def _whole(calls: pl.DataFrame, name: str) -> Int64s:
    if name not in calls.columns:
        return np.zeros(calls.height, dtype=np.int64)
    return calls[name].cast(pl.Int64).fill_null(0).to_numpy()


def _column(table: DestinationTable, name: str, *, row: Int64s) -> Int64s:
    """The column of each call's row, -1 for what a row leaves open; of no meaning for calls without a row."""
    values: Int64s = table.numbers[name][np.maximum(row, 0)]
    return values


def _spread(values: npt.NDArray[Any], *, over: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    whole = np.zeros(size, dtype=values.dtype)
    whole[over] = values
    return whole


def _unknown(called: pl.Series, *, schedule: Int64s) -> Int64s:
    """Why a number has no zone: it is none, or nothing prices it."""
    reasons = np.full(len(schedule), _NO_RATE, dtype=np.int64)
    unknown = np.flatnonzero(schedule == NO_ZONE)
    if unknown.size:
        has_digits = called.gather(unknown).str.contains("^[0-9]+$").fill_null(value=False).to_numpy()
        reasons[unknown[~has_digits]] = _BAD_NUMBER
    return reasons


def _beside(
    table: DestinationTable, *, row: Int64s, costs: dict[str, npt.NDArray[Any]], errors: Int64s, answered: pl.Series
) -> pl.DataFrame:
    places = pl.Series("destination_no", row)
    if (row == NO_ROW).any():
        places = places.set(pl.Series(row == NO_ROW), None)
    found = pl.DataFrame(
        {
            "destination_no": places,
            "prefix": table.rows["prefix"].gather(places),
            "label": table.rows["label"].gather(places),
            **{name: costs[name] for name in ("billed_s", "fee_micro", "amount_micro")},
            "error": _ERRORS.gather(errors),
            "answered": answered,
        }
    )
    is_sound = pl.col("error").is_null()
    status = pl.when(~is_sound).then(pl.lit("ERROR")).when("answered").then(pl.lit("RATED"))
    values = {
        **{name: pl.when(is_sound).then(name) for name in ("billed_s", "fee_micro", "amount_micro")},
        "status": status.otherwise(pl.lit("UNANSWERED")),
    }
    return found.select(values.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in RATED.items())
