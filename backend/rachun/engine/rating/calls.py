"""Calls → what they cost. One call, one rounding; a call nothing prices is an error state, never zero."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rachun.engine.rating.bands import NEVER
from rachun.engine.rating.course import NO_ROW, Bools, Clock, Course, consume, where, wind_clock
from rachun.engine.rating.table import (
    AMOUNT_DECIMALS,
    DESTINATIONS,
    E8_DECIMALS,
    SMALL,
    TERMS,
    DestinationsInvalid,
    DestinationTable,
    destination_table,
    of_rows,
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
_STATES = pl.Series(["UNANSWERED", "RATED", "ERROR"], dtype=pl.String)
_IN_ERROR = 2
_E8_PER_MICRO = 10 ** (E8_DECIMALS - AMOUNT_DECIMALS)


class InstantsMissing(ValueError):
    """A table with time bands was asked to price calls that do not say when they started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What the row in force at the start says about the whole call; one value where all say it. cap: -1 = none."""

    fee_e8: Int64s
    minimum_e8: Int64s
    cap_e8: Int64s
    decimals: Int64s
    mode: npt.NDArray[np.int64]

    def only(self, which: npt.NDArray[Any]) -> "_Terms":
        return replace(self, **{name: of_rows(getattr(self, name), which) for name in self.__slots__})


def rate_calls(*, calls: pl.DataFrame, table: DestinationTable) -> pl.DataFrame:
    """Columns of RATED, row by row beside `calls` (columns of CALLS, and any of started_at, consumed_s, covered_s).

    amount: connection fee + what the whole increments cost, at least the row's minimum, at most its cap, rounded once,
    as the row in force at the start says. A call without billable seconds, or shorter than the row's free threshold,
    costs nothing. Raises InstantsMissing.
    """
    seconds, consumed = _whole(calls, "billable_s", absent=-1), _whole(calls, CONSUMED)
    days = calls["usage_date"].cast(pl.Date).cast(pl.Int32).cast(pl.Int64).to_numpy()
    told = calls["answered"].cast(pl.Boolean)
    answered, is_silent = told.fill_null(value=False).to_numpy(), (~told).fill_null(value=False).to_numpy()
    called = calls["called"].cast(pl.String)
    is_sound = (seconds >= 0) & (seconds <= (SECONDS_MAX if table.measures_time else COUNT_MAX))
    instants = _instants(calls, table=table)
    schedule = table.zones.find(called=called, days=days)
    clock = _clock(table, instants=instants, spans=np.where(is_sound, seconds, 0) + consumed)
    row, until = _first_rows(table, clock=clock, schedule=schedule, instants=instants, consumed=consumed)
    is_costly = is_sound & answered & (row != NO_ROW) & (seconds > 0) & (seconds >= _told(table, "free_below_s", row))
    priced = where(is_costly)
    course = Course(
        schedule=schedule,
        row=row,
        instants=instants,
        until=until,
        consumed=consumed,
        upto=consumed + np.maximum(seconds, _told(table, "minimum_s", row)),
        covered=consumed + _whole(calls, COVERED),
    )
    costs = _costs(table, clock=clock, course=course.only(priced))
    whole = {name: _spread(values, over=priced, size=calls.height) for name, values in costs.items()}
    errors = np.where(whole["is_beyond"], _OVERFLOW, _SOUND)
    errors[(row == NO_ROW) | whole["is_lost"]] = _NO_BAND
    unknown = np.flatnonzero(schedule == NO_ZONE)
    errors[unknown] = _reasons(called.gather(unknown))
    errors[is_silent] = _SOUND
    errors[~is_sound] = _BAD_DURATION
    return _beside(table, row=row, costs=whole, errors=errors, answered=answered)


def _first_rows(
    table: DestinationTable, *, clock: Clock, schedule: Int64s, instants: Int64s, consumed: Int64s
) -> tuple[Int64s, Int64s]:
    """(row in force at the start, usage at which it gives way)."""
    row = np.full(len(schedule), NO_ROW, dtype=np.int64)
    until = np.full(len(schedule), NEVER, dtype=np.int64)
    known = where(schedule != NO_ZONE)
    moments = instants + consumed if table.measures_time else instants
    row[known], change = clock.row_at(table=table, schedule=schedule[known], instants=moments[known])
    if table.measures_time:
        until[known] = change - instants[known]
    return row, until


def _costs(table: DestinationTable, *, clock: Clock, course: Course) -> dict[str, npt.NDArray[Any]]:
    """billed_s, fee_micro, amount_micro and the errors of consuming: is_lost (NO_BAND), is_beyond (OVERFLOW)."""
    terms = _terms(table, course=course)
    size = len(course.row)
    if _all_fit(table, course=course, terms=terms):
        return _part(table, clock=clock, course=course, terms=terms, is_small=True)
    is_small = _fits(table, course=course, terms=terms)
    found: dict[str, npt.NDArray[Any]] = {
        **{name: np.zeros(size, dtype=np.int64) for name in ("billed_s", "fee_micro", "amount_micro")},
        **{name: np.zeros(size, dtype=np.bool_) for name in ("is_lost", "is_beyond")},
    }
    for small, which in ((True, np.flatnonzero(is_small)), (False, np.flatnonzero(~is_small))):
        if which.size:
            part = _part(table, clock=clock, course=course.only(which), terms=terms.only(which), is_small=small)
            for name, values in part.items():
                found[name][which] = values
    return found


def _part(
    table: DestinationTable, *, clock: Clock, course: Course, terms: _Terms, is_small: bool
) -> dict[str, npt.NDArray[Any]]:
    """A call of which a bundle pays every billed second, or that goes on from an earlier record, has no connection fee
    and no minimum.
    """
    used = consume(table=table, clock=clock, course=course, is_small=is_small)
    is_paid = (course.consumed > 0) | (course.covered >= course.consumed + used.billed)
    fee_e8, minimum_e8 = terms.fee_e8, terms.minimum_e8
    if is_paid.any():
        fee_e8, minimum_e8 = (np.where(is_paid, 0, values) for values in (fee_e8, minimum_e8))
    dtype = used.worth.dtype
    fees, least, most = (values.astype(dtype) * table.den for values in (fee_e8, minimum_e8, terms.cap_e8))
    worth = np.maximum(used.worth + fees, least)
    if (terms.cap_e8 >= 0).any():
        worth = np.where(terms.cap_e8 >= 0, np.minimum(worth, most), worth)
    tens = np.array([10**power for power in range(E8_DECIMALS + 1)], dtype=dtype)
    den = tens[E8_DECIMALS - terms.decimals] * table.den
    amount = rounded_array(num=worth, den=den, mode=terms.mode) * tens[AMOUNT_DECIMALS - terms.decimals]
    is_beyond = (amount > _AMOUNT_MAX).astype(np.bool_)
    return {
        "billed_s": used.billed,
        "fee_micro": np.broadcast_to(fee_e8 // _E8_PER_MICRO, len(amount)),
        "amount_micro": np.where(is_beyond, 0, amount).astype(np.int64),
        "is_lost": used.is_lost,
        "is_beyond": is_beyond,
    }


def _terms(table: DestinationTable, *, course: Course) -> _Terms:
    fee_e8, minimum_e8, cap_e8, decimals = (
        _told(table, name, course.row) for name in ("connection_fee_e8", "minimum_e8", "cap_e8", "decimals")
    )
    mode = of_rows(table.modes, course.row)
    return _Terms(fee_e8=fee_e8, minimum_e8=minimum_e8, cap_e8=cap_e8, decimals=decimals, mode=mode)


def _all_fit(table: DestinationTable, *, course: Course, terms: _Terms) -> bool:
    """Whether _fits says so of calls that are as long as the longest and as dear as the dearest of these."""
    longest = int(course.upto.max(initial=0)) + int(table.steps.increment.max(initial=1))
    one_off = max(int(values.max(initial=0)) for values in (terms.fee_e8, terms.minimum_e8, terms.cap_e8))
    dearest = int(table.dearest.max(initial=0))
    return (
        table.den * 10**E8_DECIMALS <= SMALL and dearest * longest <= SMALL // 2 and one_off * table.den <= SMALL // 2
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


def _whole(calls: pl.DataFrame, name: str, *, absent: int = 0) -> Int64s:
    if name not in calls.columns:
        return np.full(calls.height, absent, dtype=np.int64)
    return calls[name].cast(pl.Int64).fill_null(absent).to_numpy()


def _told(table: DestinationTable, name: str, row: Int64s) -> Int64s:
    """What each call's row says, -1 where it leaves that open; of no meaning for calls without a row."""
    return of_rows(table.numbers[name], row)


def _spread(values: npt.NDArray[Any], *, over: Any, size: int) -> npt.NDArray[Any]:
    whole = np.zeros(size, dtype=values.dtype)
    whole[over] = values
    return whole


def _reasons(called: pl.Series) -> Int64s:
    """Why these numbers have no zone: it is no number, or nothing prices it."""
    has_digits = called.str.contains("^[0-9]+$").fill_null(value=False).to_numpy()
    return np.where(has_digits, _NO_RATE, _BAD_NUMBER)


def _beside(
    table: DestinationTable, *, row: Int64s, costs: dict[str, npt.NDArray[Any]], errors: Int64s, answered: Bools
) -> pl.DataFrame:
    places = _or_null(row, row != NO_ROW)
    is_sound = errors == _SOUND
    return pl.DataFrame(
        {
            "destination_no": places,
            "prefix": table.rows["prefix"].gather(places),
            "label": table.rows["label"].gather(places),
            **{name: _or_null(costs[name], is_sound) for name in ("billed_s", "fee_micro", "amount_micro")},
            "status": _STATES.gather(np.where(is_sound, answered, _IN_ERROR)),
            "error": _ERRORS.gather(errors),
        }
    )


def _or_null(values: Int64s, is_known: Bools) -> pl.Series:
    column = pl.Series(values, dtype=pl.Int64)
    return column if is_known.all() else column.set(pl.Series(~is_known), None)
