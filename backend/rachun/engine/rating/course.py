"""The way of calls through rows and rate groups: all take their first step together, then their second; few a third.

At each step the row in force at that instant, and of its rate groups the one that the usage consumed so far has
reached, prices all whole increments up to the next change of either. A call from its beginning, by a row that prices
all units alike and stands until the call ends, needs no steps: that is nearly every call.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from rachun.engine.rating.bands import NEVER, NO_SLOT, Pattern, Timeline, draw_timeline, is_constant
from rachun.engine.rating.table import DestinationTable, of_rows
from rachun.engine.rating.zones import Int64s

NO_ROW = -1
_DAY_S = 86_400
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The timeline of each pattern over the span of a batch; None where one row always stands."""

    lines: tuple[Timeline | None, ...]

    def row_at(self, *, table: DestinationTable, schedule: Int64s, instants: Int64s) -> tuple[Int64s, Int64s]:
        """(row, next change) of each schedule at its instant; NO_ROW where none is in force."""
        until = np.full(len(schedule), NEVER, dtype=np.int64)
        first = table.first_row[schedule]
        if not table.has_bands:
            return table.schedule_rows[first], until
        slots = np.zeros(len(schedule), dtype=np.int64)
        patterns = table.pattern_of[schedule] if len(self.lines) > 1 else np.zeros(len(schedule), dtype=np.int64)
        for place, line in enumerate(self.lines):
            if line is not None:
                here = where(patterns == place)
                slots[here], until[here] = line.at(instants[here])
        rows = table.schedule_rows[first + np.maximum(slots, 0)]
        return np.where(slots == NO_SLOT, NO_ROW, rows), until


def where(mask: Bools) -> Any:
    """What picks the masked places out of an array; a slice, which copies nothing, where that is all of them."""
    return slice(None) if mask.all() else np.flatnonzero(mask)


def wind_clock(*, table: DestinationTable, begin: int, end: int) -> Clock:
    """Draw the timelines from `begin` to `end`, seconds since 1970 UTC, by whole days, so one serves many parts."""
    return _wound(table.patterns, table.time_zone, begin // _DAY_S * _DAY_S, -(-end // _DAY_S) * _DAY_S)


@lru_cache(maxsize=64)
def _wound(patterns: tuple[Pattern, ...], zone: str, begin: int, end: int) -> Clock:
    return Clock(
        lines=tuple(
            None if is_constant(pattern) else draw_timeline(pattern=pattern, zone=zone, begin=begin, end=end)
            for pattern in patterns
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Calls that are priced, as columns. row: in force at the start. instants: of the start.

    until: usage at which the row gives way; consumed: usage that earlier records of the same call took; upto: usage
    consumed when this one ends; covered: usage up to which a bundle pays.
    """

    schedule: Int64s
    row: Int64s
    instants: Int64s
    until: Int64s
    consumed: Int64s
    upto: Int64s
    covered: Int64s

    def only(self, which: Any) -> "Course":
        return replace(self, **{name: getattr(self, name)[which] for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumed:
    """billed: whole increments. worth: what they cost over the table's denominator. is_lost: no row was in force."""

    billed: Int64s
    worth: npt.NDArray[Any]
    is_lost: Bools


def consume(*, table: DestinationTable, clock: Clock, course: Course, is_small: bool) -> Consumed:
    """is_small: no product leaves 64 bits; otherwise what calls are worth are Python integers."""
    if not is_small:
        return _walked(table=table, clock=clock, course=course, prices=table.steps.price)
    is_plain = of_rows(table.flat.is_flat, course.row) & (course.consumed == 0) & (course.until >= course.upto)
    if is_plain.all():
        return _at_once(table=table, course=course)
    found = _nothing(len(course.row), dtype=np.int64)
    plain, odd = np.flatnonzero(is_plain), np.flatnonzero(~is_plain)
    _put(found, plain, _at_once(table=table, course=course.only(plain)))
    _put(found, odd, _walked(table=table, clock=clock, course=course.only(odd), prices=table.steps.small_price))
    return found


def _nothing(size: int, *, dtype: Any) -> Consumed:
    billed, is_lost = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    return Consumed(billed=billed, worth=np.zeros(size, dtype=dtype), is_lost=is_lost)


def _put(found: Consumed, which: Int64s, part: Consumed) -> None:
    for name in Consumed.__slots__:
        getattr(found, name)[which] = getattr(part, name)


def _at_once(*, table: DestinationTable, course: Course) -> Consumed:
    flat = table.flat
    first, increment, price = (of_rows(values, course.row) for values in (flat.first, flat.increment, flat.price))
    beyond = np.maximum(course.upto - first, 0)
    billed = first + -(-beyond // increment) * increment
    paid = billed - np.clip(course.covered, 0, billed) if course.covered.any() else billed
    return Consumed(billed=billed, worth=price * paid, is_lost=np.zeros(len(billed), dtype=np.bool_))


def _walked(*, table: DestinationTable, clock: Clock, course: Course, prices: npt.NDArray[Any]) -> Consumed:
    """prices: of the table's steps, as int64 where no product can overflow, else as Python integers."""
    consumed, row = course.consumed.copy(), course.row.copy()
    found = _nothing(len(row), dtype=prices.dtype)
    worth, is_lost = found.worth, found.is_lost
    active = np.flatnonzero(consumed < course.upto)
    while active.size:
        done = consumed[active]
        row[active], until = _row_now(table, clock, course, active=active, done=done, row=row[active])
        is_lost[active] = row[active] == NO_ROW
        kept = ~is_lost[active]
        active, done, until = active[kept], done[kept], until[kept]
        step, next_from = _step_at(table, row[active], done=done)
        limit = np.minimum(np.minimum(course.upto[active], next_from), until)
        increment = table.steps.increment[step]
        taken = -((done - limit) // increment) * increment
        paid_already = np.clip(course.covered[active] - done, 0, taken)
        worth[active] += prices[step] * (taken - paid_already)
        consumed[active] = done + taken
        active = active[consumed[active] < course.upto[active]]
    return replace(found, billed=consumed - course.consumed)


def _row_now(
    table: DestinationTable, clock: Clock, course: Course, *, active: Int64s, done: Int64s, row: Int64s
) -> tuple[Int64s, Int64s]:
    """(row, usage at which another may take over)."""
    if not (table.has_bands and table.measures_time):
        return row, np.full(len(row), NEVER, dtype=np.int64)
    instants = course.instants[active]
    found, change = clock.row_at(table=table, schedule=course.schedule[active], instants=instants + done)
    if table.keeps_band:
        found = np.where(found == NO_ROW, row, found)
    return found, change - instants


def _step_at(table: DestinationTable, row: Int64s, *, done: Int64s) -> tuple[Int64s, Int64s]:
    """(rate group, usage at which the next one begins)."""
    steps = table.steps
    first, last = steps.first[row], steps.first[row] + steps.count[row] - 1
    step = first
    for place in range(1, int(steps.count[row].max(initial=1))):
        following = np.minimum(first + place, last)
        step = np.where(steps.from_s[following] <= done, following, step)
    next_from = np.where(step < last, steps.from_s[np.minimum(step + 1, last)], NEVER)
    return step, next_from
