"""A price shared out over the stretches of a period, one stretch after another, in fractions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from oracle.benefits import nearest


@dataclass(frozen=True)
class Stretch:
    """Served days [start, end) at one price (per period) and value."""

    start: date
    end: date
    price: Fraction
    value: Fraction


def place(day: date, start: date, end: date) -> int:
    """Where a day stands among thirty: the n-th day of a month stands at n, the end of the period at thirty."""
    return 30 if day == end else min(max(day.day - start.day, 0), 30)


def by_days_of_30(stretches: Sequence[Stretch], start: date, end: date) -> list[int]:
    """Minor units of each stretch, in order of time, of a period of one month from `start` to `end`."""
    counted: dict[tuple[Fraction, Fraction], int] = defaultdict(int)
    amounts = []
    for stretch in sorted(stretches, key=lambda one: one.start):
        worth = stretch.price * stretch.value * 100
        before = counted[stretch.price, stretch.value]
        upto = before + place(stretch.end, start, end) - place(stretch.start, start, end)
        counted[stretch.price, stretch.value] = upto
        amounts.append(nearest(worth * upto / 30) - nearest(worth * before / 30))
    return amounts


def bounded(quantity: Fraction, price: Fraction, least: Fraction | None, most: Fraction | None) -> int:
    """What one delivery costs, in minor units."""
    worth = quantity * price
    worth = worth if least is None else max(worth, least)
    return nearest((worth if most is None else min(worth, most)) * 100)


def chosen_block(usage: Fraction, bounds: Sequence[Fraction | None]) -> int:
    """The first block that holds the usage, from 0."""
    return next(no for no, bound in enumerate(bounds) if bound is None or usage <= bound)
