"""Seasons: yearly ranges of days, given by month and day, over the New Year if need be.

A range holds both its days. A day that a year does not have is passed over: from 29 February begins on 1 March, up to
29 February ends on the 28th. Days are compared as (month, day), so nothing is counted wrong in a leap year.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MonthDay = tuple[int, int]
_DAY = timedelta(days=1)
_YEAR = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    code: str
    ranges: tuple[tuple[MonthDay, MonthDay], ...]

    def holds(self, day: MonthDay) -> bool:
        return any(
            first <= day <= last if first <= last else day >= first or day <= last for first, last in self.ranges
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonStretch:
    """Days of one season without a break; season is None between seasons. first, days: of the whole stretch, uncut."""

    season: str | None
    start: date
    end: date
    first: date
    days: int


def season_of(day: date, *, seasons: Sequence[Season]) -> str | None:
    return next((season.code for season in seasons if season.holds((day.month, day.day))), None)


def season_stretches(*, seasons: Sequence[Season], start: date, end: date) -> Iterator[SeasonStretch]:
    """The days from start to end (half-open) cut where the season changes."""
    while start < end:
        code = season_of(start, seasons=seasons)
        upto = _edge(start, seasons=seasons, step=_DAY)
        first = _edge(start, seasons=seasons, step=-_DAY) + _DAY
        yield SeasonStretch(season=code, start=start, end=min(upto, end), first=first, days=(upto - first).days)
        start = min(upto, end)


def _edge(day: date, *, seasons: Sequence[Season], step: timedelta) -> date:
    """The first day, going by steps, that is not of the day's season. A season of the whole year ends after a year."""
    code = season_of(day, seasons=seasons)
    for _ in range(_YEAR):
        day += step
        if season_of(day, seasons=seasons) != code:
            return day
    return day


def month_day(text: str) -> MonthDay:
    month, _, day = text.partition("-")
    return int(month), int(day)
