"""One call at a time, one increment at a time, in fractions: the rules of rating as their texts say them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Group:
    from_s: int
    price: Fraction
    per: int
    increment: int


@dataclass(frozen=True)
class Rate:
    prefix: str
    groups: tuple[Group, ...]
    fee: Fraction = Fraction(0)
    starts_at: time = time(0)
    weekdays: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    monthdays: frozenset[int] = frozenset()
    weight: int = 0
    rounding: str = "HALF_UP"
    decimals: int = 4
    minimum_s: int = 0
    minimum: Fraction = Fraction(0)
    free_below_s: int = 0
    cap: Fraction | None = None


@dataclass(frozen=True)
class Deck:
    rates: tuple[Rate, ...]
    zone: str = "UTC"
    keeps_band: bool = False


@dataclass(frozen=True)
class Call:
    called: str
    started_at: datetime
    seconds: int
    consumed: int = 0
    covered: int = 0


@dataclass(frozen=True)
class Answer:
    error: str | None = None
    billed: int | None = None
    amount: Fraction | None = None


def price(call: Call, deck: Deck) -> Answer:
    prefix = max((rate.prefix for rate in deck.rates if call.called.startswith(rate.prefix)), key=len, default=None)
    if prefix is None:
        return Answer(error="NO_RATE")
    rates = [rate for rate in deck.rates if rate.prefix == prefix]
    first = in_force(rates, call.started_at + timedelta(seconds=call.consumed), deck.zone)
    if first is None:
        return Answer(error="NO_BAND")
    if call.seconds == 0 or call.seconds < first.free_below_s:
        return Answer(billed=0, amount=Fraction(0))
    end = call.consumed + max(call.seconds, first.minimum_s)
    free_until = call.consumed + call.covered
    at, now, cost = call.consumed, first, Fraction(0)
    while at < end:
        found = in_force(rates, call.started_at + timedelta(seconds=at), deck.zone)
        if found is None and not deck.keeps_band:
            return Answer(error="NO_BAND")
        now = found or now
        group = max((g for g in now.groups if g.from_s <= at), key=lambda g: g.from_s)
        paid = group.increment - min(group.increment, max(0, free_until - at))
        cost += group.price * paid / group.per
        at += group.increment
    if call.consumed == 0 and free_until < at:
        cost = max(cost + first.fee, first.minimum)
    if first.cap is not None:
        cost = min(cost, first.cap)
    return Answer(billed=at - call.consumed, amount=rounded(cost, first))


def in_force(rates: list[Rate], instant: datetime, zone: str) -> Rate | None:
    wall = instant.astimezone(UTC).astimezone(ZoneInfo(zone))
    begun = [
        (rate.weight, rate.starts_at, -place)
        for place, rate in enumerate(rates)
        if wall.time() >= rate.starts_at
        and wall.isoweekday() in (rate.weekdays or range(1, 8))
        and wall.month in (rate.months or range(1, 13))
        and wall.day in (rate.monthdays or range(1, 32))
    ]
    return rates[-max(begun)[2]] if begun else None


def rounded(cost: Fraction, rate: Rate) -> Fraction:
    """Costs are never negative, so up is away from zero and down is towards it."""
    scaled = cost * 10**rate.decimals
    whole = {
        "UP": ceil(scaled),
        "DOWN": floor(scaled),
        "HALF_UP": floor(scaled + Fraction(1, 2)),
        "HALF_EVEN": round(scaled),
    }
    return Fraction(whole[rate.rounding], 10**rate.decimals)
