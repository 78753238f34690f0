"""Included minutes once more, one call, one day and one second at a time: the judge of `rating/bundles.py`."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spell:
    account: str
    agreement: str
    start: date
    end: date | None
    seconds: int
    by_days: bool
    is_shared: bool
    lives_for: int
    known_from: datetime
    known_to: datetime | None


@dataclass(frozen=True)
class Call:
    agreement: str
    day: date
    asked_at: datetime
    seconds: int


def days_of(month: date) -> list[date]:
    return [month + DAY * n for n in range(31) if (month + DAY * n).month == month.month]


def months_back(month: date, count: int) -> date:
    place = month.year * 12 + month.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)


def touching(spells: list[Spell], agreement: str, month: date, asked_at: datetime) -> list[Spell]:
    """What was known at that instant of the agreement's month, in the order of days."""
    known = [
        s
        for s in spells
        if s.agreement == agreement and s.known_from <= asked_at and (s.known_to is None or asked_at < s.known_to)
    ]
    days = days_of(month)
    return sorted((s for s in known if any(holds(s, day) for day in days)), key=lambda s: s.start)


def holds(spell: Spell, day: date) -> bool:
    return spell.start <= day and (spell.end is None or day < spell.end)


def granted(own: list[Spell], month: date, day: date) -> int:
    begun = [spell for spell in own if spell.start <= day]
    ruling = begun[-1] if begun else own[0]
    if not ruling.by_days:
        return ruling.seconds if begun else 0
    days = days_of(month)
    whole = sum(Fraction(s.seconds, len(days)) for s in own if s.by_days for d in days if holds(s, d))
    return int(whole + Fraction(1, 2))


def cover(calls: list[Call], spells: list[Spell], used: dict[tuple[str, date], int]) -> list[int]:
    """Seconds of each call that are paid for. used: (agreement, month) → seconds; it grows."""
    accounts = {spell.agreement: spell.account for spell in spells}
    answers = []
    for call in calls:
        month = call.day.replace(day=1)
        own = touching(spells, call.agreement, month, call.asked_at)
        holders = {call.agreement} if own else set()
        if own and own[-1].is_shared:
            for other in {s.agreement for s in spells if accounts[s.agreement] == accounts[call.agreement]}:
                theirs = touching(spells, other, month, call.asked_at)
                if theirs and theirs[-1].is_shared:
                    holders.add(other)
        buckets = []
        for holder in holders:
            for back in range(25):
                granting = months_back(month, back)
                theirs = touching(spells, holder, granting, call.asked_at)
                if theirs and theirs[-1].lives_for >= back:
                    day = call.day if back == 0 else days_of(granting)[-1]
                    held = granted(theirs, granting, day)
                    buckets.append((theirs[-1].lives_for - back, granting, holder, held))
        left = call.seconds
        for _, granting, holder, held in sorted(buckets):
            taken = max(0, min(left, held - used[holder, granting]))
            used[holder, granting] += taken
            left -= taken
        answers.append(call.seconds - left)
    return answers


def empty() -> dict[tuple[str, date], int]:
    return defaultdict(int)
