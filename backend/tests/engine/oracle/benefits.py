"""The rules of benefits once more, one person and one day at a time, in fractions: the judge of `billing/benefits.py`.

Written from the rule text there; it takes the undiscounted lines and says what each benefit takes off them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Right:
    """A row of BENEFITS; percent and norm as fractions, norm None where there is none."""

    benefit: int
    agreement: int
    person: int
    household: int
    percent: Fraction
    norm: Fraction | None
    in_kind: bool
    start: date
    end: date


@dataclass(frozen=True)
class Group:
    """Lines of one component with the same days: what they came to and how many units they were."""

    agreement: int
    component: str
    is_fixed: bool
    start: date
    end: date
    base: int
    units: Fraction


def nearest(value: Fraction) -> int:
    """Halves away from zero."""
    size = abs(value)
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return whole if value >= 0 else -whole


def best(rights: Sequence[Right], person: int, day: date) -> Right | None:
    open_ones = [right for right in rights if right.person == person and right.start <= day < right.end]
    ranked = sorted(
        open_ones,
        key=lambda right: (-right.percent, right.norm is not None, right.benefit, right.norm or 0, not right.in_kind),
    )
    return ranked[0] if ranked else None


@dataclass(frozen=True)
class Taken:
    """What one benefit takes off a group in minor units, and what that was before rounding."""

    benefit: int
    amount: int
    exact: Fraction


def discounts(group: Group, rights: Sequence[Right], period_days: int) -> dict[int, int]:
    """Benefit → what it takes off the group, for in-kind ones."""
    found: dict[int, int] = defaultdict(int)
    for taken in taken_off(group, rights, period_days):
        found[taken.benefit] += taken.amount
    return dict(found)


def taken_off(group: Group, rights: Sequence[Right], period_days: int) -> list[Taken]:
    """What in-kind benefits take off the group; before that, nobody takes more than there is."""
    own = [right for right in rights if right.agreement == group.agreement]
    person_days: dict[tuple, int] = defaultdict(int)
    for n in range((group.end - group.start).days):
        for person in {right.person for right in own}:
            if right := best(own, person, group.start + DAY * n):
                person_days[right.household, right.benefit, right.percent, right.norm, right.in_kind] += 1
    found: list[Taken] = []
    exact: dict[tuple, Fraction] = defaultdict(Fraction)
    left = group.base
    for key in sorted(person_days, key=lambda k: (*k[:3], k[3] is not None, k[3] or 0, not k[4])):
        household, benefit, percent, norm, in_kind = key
        share = group.units * person_days[key] / (household * (group.end - group.start).days)
        within = None if norm is None or group.is_fixed else norm * person_days[key] / period_days
        over = within is not None and share > within
        full = group.base * percent * (within if over else share) / group.units
        if over:
            wanted = nearest(full)
        else:
            before = nearest(exact[household,])
            exact[household,] += full
            wanted = nearest(exact[household,]) - before
        taken = min(wanted, left)
        left -= taken
        if in_kind and taken:
            found.append(Taken(benefit, taken, full if taken == wanted else Fraction(taken)))
    return found
