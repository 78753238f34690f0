"""The way of calls through rows and rate groups: all take their first step together, then their second; few a third.

At each step the row in force at that instant, and of its rate groups the one that the usage consumed so far has
reached, prices all whole increments up to the next change of either.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from rachun.engine.rating.bands import NEVER, NO_SLOT, Pattern, Timeline, draw_timeline, is_constant
from rachun.engine.rating.table import DestinationTable
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
        slots = np.zeros(len(schedule), dtype=np.int64)
        until = np.full(len(schedule), NEVER, dtype=np.int64)
        patterns = table.pattern_of[schedule]
        for place, line in enumerate(self.lines):
            if line is not None:
                here = np.flatnonzero(patterns == place)
                slots[here], until[here] = line.at(instants[here])
        rows = table.schedule_rows[table.first_row[schedule] + np.maximum(slots, 0)]
        return np.where(slots == NO_SLOT, NO_ROW, rows), until


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

    consumed: usage that earlier records of the same call took; upto: usage consumed when this one ends; covered: usage
    up to which a bundle pays.
    """

    schedule: Int64s
    row: Int64s
    instants: Int64s
    consumed: Int64s
    upto: Int64s
    covered: Int64s

    def only(self, which: npt.NDArray[Any]) -> "Course":
        return replace(self, **{name: getattr(self, name)[which] for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumed:
    """billed: whole increments. worth: what they cost over the table's denominator. is_lost: no row was in force."""

    billed: Int64s
    worth: npt.NDArray[Any]
    is_lost: Bools


def consume(*, table: DestinationTable, clock: Clock, course: Course, prices: npt.NDArray[Any]) -> Consumed:
    """prices: of the table's steps, as int64 where no product can overflow, else as Python integers."""
    consumed, row = course.consumed.copy(), course.row.copy()
    worth = np.zeros(len(row), dtype=prices.dtype)
    is_lost = np.zeros(len(row), dtype=np.bool_)
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
    return Consumed(billed=consumed - course.consumed, worth=worth, is_lost=is_lost)


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
