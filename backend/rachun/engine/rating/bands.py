"""Time bands: which of several rows of one prefix is in force at an instant, and until when.

A band has a start and no end: of the bands that match the day and have begun, the heaviest stands, then the one that
began latest. Whether a day matches is read from the wall clock of the table's zone at the instant itself, so midnight,
a day of 23 hours and an hour that comes twice need no rule of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from rachun.engine.rating.zones import Int64s

NO_SLOT = -1
NEVER = 2**62
_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBand:
    """An empty set matches every year, month, day of the month or weekday (1 = Monday)."""

    code: str
    starts_at: time = _MIDNIGHT
    years: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    monthdays: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()

    def has(self, wall: datetime) -> bool:
        """Whether the band has begun on a day it matches."""
        return (
            (not self.years or wall.year in self.years)
            and (not self.months or wall.month in self.months)
            and (not self.monthdays or wall.day in self.monthdays)
            and (not self.weekdays or wall.isoweekday() in self.weekdays)
            and wall.time() >= self.starts_at
        )


ALWAYS = TimeBand(code="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    band: TimeBand
    weight: int


Pattern = tuple[Weighted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """starts: seconds since 1970 UTC, ascending; slots: place in the pattern in force from there, or NO_SLOT."""

    starts: Int64s
    slots: Int64s

    def at(self, instants: Int64s) -> tuple[Int64s, Int64s]:
        """(slot, next change) of each instant; instants lie within what the line was drawn for."""
        place = np.searchsorted(self.starts, instants, side="right") - 1
        ends = np.append(self.starts[1:], NEVER)
        return self.slots[place], ends[place]


def is_constant(pattern: Pattern) -> bool:
    """Whether one row stands at every instant."""
    return len(pattern) == 1 and pattern[0].band == TimeBand(code=pattern[0].band.code)


def draw_timeline(*, pattern: Pattern, zone: str, begin: int, end: int) -> Timeline:
    """What is in force from `begin` to `end`, both seconds since 1970 UTC."""
    clock = ZoneInfo(zone)
    changes = sorted(_changes(pattern, clock=clock, begin=begin, end=end))
    starts: list[int] = []
    slots: list[int] = []
    for change in changes:
        slot = slot_at(pattern=pattern, wall=datetime.fromtimestamp(change, UTC).astimezone(clock))
        if not slots or slots[-1] != slot:
            starts.append(change)
            slots.append(slot)
    return Timeline(starts=np.array(starts, dtype=np.int64), slots=np.array(slots, dtype=np.int64))


def slot_at(*, pattern: Pattern, wall: datetime) -> int:
    """The heaviest of the bands that have begun, then the latest begun, then the first listed; or NO_SLOT."""
    begun = [(row.weight, row.band.starts_at, -slot) for slot, row in enumerate(pattern) if row.band.has(wall)]
    return -max(begun)[2] if begun else NO_SLOT


def _changes(pattern: Pattern, *, clock: ZoneInfo, begin: int, end: int) -> set[int]:
    """Every instant at which the wall clock passes midnight or a start, or jumps; some change nothing."""
    times = {_MIDNIGHT, *(row.band.starts_at for row in pattern)}
    day = datetime.fromtimestamp(begin, UTC).astimezone(clock).date() - _DAY
    latest = datetime.fromtimestamp(end, UTC).astimezone(clock).date() + _DAY
    changes: set[int] = set()
    while day <= latest:
        changes |= _of_day(day, times=sorted(times), clock=clock)
        day += _DAY
    return changes


def _of_day(day: date, *, times: Sequence[time], clock: ZoneInfo) -> set[int]:
    passed = {int(datetime.combine(day, at, clock).replace(fold=fold).timestamp()) for at in times for fold in (0, 1)}
    low = int(datetime.combine(day, _MIDNIGHT, clock).timestamp())
    high = int(datetime.combine(day + _DAY, _MIDNIGHT, clock).timestamp())
    if _offset(low, clock) == _offset(high, clock):
        return passed
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, clock) == _offset(low, clock) else (low, middle)
    return passed | {high}


def _offset(instant: int, clock: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(instant, UTC).astimezone(clock).utcoffset()
