"""Half-open spans of local days: `[start, end)`. The end is the first day that no longer belongs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Self


class EmptyPeriod(ValueError):
    """A period must hold at least one day."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Period:
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise EmptyPeriod(f"{self.start} to {self.end}")

    @classmethod
    def month(cls, *, year: int, month: int) -> Self:
        return cls(start=date(year, month, 1), end=month_after(day=date(year, month, 1)))

    @classmethod
    def month_of(cls, *, day: date) -> Self:
        return cls.month(year=day.year, month=day.month)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def each_day(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range(self.days))

    def overlap(self, *, other: "Period") -> "Period | None":
        """The days both hold, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start=start, end=end) if start < end else None

    def split(self, *, at: Iterable[date]) -> Sequence["Period"]:
        """Cut into parts that begin at each given day inside; the parts cover the whole, in order."""
        cuts = [self.start, *sorted({day for day in at if self.start < day < self.end}), self.end]
        return [Period(start=a, end=b) for a, b in pairwise(cuts)]

    def months(self) -> Sequence["Period"]:
        """The whole calendar months that hold any of these days."""
        found = [Period.month_of(day=self.start)]
        while found[-1].end < self.end:
            found.append(Period.month_of(day=found[-1].end))
        return found

    def next_month(self) -> "Period":
        return Period.month_of(day=month_after(day=self.start))

    def previous_month(self) -> "Period":
        return Period.month_of(day=self.start.replace(day=1) - timedelta(days=1))


def month_after(*, day: date) -> date:
    """The first day of the next calendar month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
