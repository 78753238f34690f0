"""Billing cycles: spans of whole months that begin on a day of the month, its last day where the month is shorter."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from rachun.values.period import Period


def cycles_from(*, start: date, cycle_day: int, months: int) -> Iterator[Period]:
    """The cycle that holds `start`, and those after it, without end.

    Cycles of several months are counted from the month of `start`: the one that holds it begins on the cycle day of
    that month, or `months` earlier when that day is still to come.
    """
    n = 0 if _boundary(start, months=0, cycle_day=cycle_day) <= start else -1
    while True:
        first = _boundary(start, months=n * months, cycle_day=cycle_day)
        yield Period(start=first, end=_boundary(start, months=(n + 1) * months, cycle_day=cycle_day))
        n += 1


def _boundary(start: date, *, months: int, cycle_day: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(cycle_day, monthrange(year, month + 1)[1]))
