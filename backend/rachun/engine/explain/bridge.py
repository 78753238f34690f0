"""The bridge between two bills of an account: effects that sum to the difference, to the cent (ADR 0020).

Lines of both bills meet by agreement, component, register and label. What a pair differs by is parted between its
factors (days × use a day × price) by the mean over every order of changing them, in exact fractions; so swapping the
bills negates every effect. The parts are rounded once, and the largest takes what rounding leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rachun.engine.explain.factors import Factors, factors_of
from rachun.engine.explain.facts import Line, Quantity
from rachun.values.rounding import half_up


class Effect(StrEnum):
    """In the order in which they are told."""

    PRICE = "PRICE"
    TARIFF = "TARIFF"
    VOLUME = "VOLUME"
    DAYS = "DAYS"
    BENEFIT = "BENEFIT"
    ONE_OFF = "ONE_OFF"
    CORRECTION = "CORRECTION"
    ROUNDING = "ROUNDING"


Key = tuple[str, str, str, str, str, bool]
Parts = dict[Effect, Fraction]
WHOLE = {"one_off": Effect.ONE_OFF, "benefit": Effect.BENEFIT}
TAKEN_OF_OTHERS = ("percentage", "minimum", "cap")
USED = ("metered", "traffic", "data", "allowance", "capacity", "reactive")


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLines:
    """The lines of one bill, and the first day of its period: what was served before it is a correction."""

    lines: Sequence[Line]
    period_from: date

    @property
    def gross_minor(self) -> int:
        return sum(line.gross_minor for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgePart:
    """One component's share of the difference; effects sum to now - before. used: of both bills, where one can say."""

    agreement: str
    component: str
    register: str
    label: str
    kind: str
    before_minor: int
    now_minor: int
    effects: Mapping[Effect, int]
    used_before: Quantity | None
    used_now: Quantity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    before_minor: int
    now_minor: int
    parts: tuple[BridgePart, ...]

    @property
    def effects(self) -> dict[Effect, int]:
        """The sums over all components; those that change nothing are left out."""
        sums = {effect: sum(part.effects.get(effect, 0) for part in self.parts) for effect in Effect}
        return {effect: minor for effect, minor in sums.items() if minor}


def bridge_between(*, before: BilledLines, now: BilledLines) -> Bridge:
    """Part the difference of two bills. Pure; the answer of swapped bills is the negative of this one."""
    sides = _by_key(before), _by_key(now)
    agreements = tuple({line.agreement for line in bill.lines} for bill in (before, now))
    exact: dict[Key, Parts] = {}
    for key in sorted({*sides[0], *sides[1]}, key=lambda one: (one[2] in TAKEN_OF_OTHERS, one)):
        pair = sides[0].get(key, []), sides[1].get(key, [])
        exact[key] = _parts(key, pair=pair, agreements=agreements, known=exact)
    parts = [
        _part(key, pair=(sides[0].get(key, []), sides[1].get(key, [])), exact=found) for key, found in exact.items()
    ]
    bridge = Bridge(before_minor=before.gross_minor, now_minor=now.gross_minor, parts=tuple(parts))
    assert sum(bridge.effects.values()) == bridge.now_minor - bridge.before_minor, "the bridge does not reach"
    return bridge


def _by_key(bill: BilledLines) -> dict[Key, list[Line]]:
    found: dict[Key, list[Line]] = {}
    for line in bill.lines:
        is_late = line.service.end <= bill.period_from
        key = (line.agreement, line.component, line.kind, line.register, line.label, is_late)
        found.setdefault(key, []).append(line)
    return found


def _parts(
    key: Key, *, pair: tuple[list[Line], list[Line]], agreements: tuple[set[str], ...], known: Mapping[Key, Parts]
) -> Parts:
    agreement, _, kind, _, _, is_late = key
    before, now = pair
    difference = Fraction(_gross(now) - _gross(before))
    if kind in WHOLE:
        return {WHOLE[kind]: difference}
    if is_late:
        return {Effect.CORRECTION: difference}
    if kind in TAKEN_OF_OTHERS:
        return _with_others(key, pair=pair, difference=difference, known=known)
    if not before or not now:
        if kind in USED:
            return {Effect.VOLUME: difference}
        stays = all(agreement in served for served in agreements)
        return {Effect.TARIFF if stays else Effect.DAYS: difference}
    return _of_factors(factors_of(before), factors_of(now), difference=difference)


def _gross(lines: Sequence[Line]) -> int:
    return sum(line.gross_minor for line in lines)


def _of_factors(before: Factors, now: Factors, *, difference: Fraction) -> Parts:
    """Days, use a day and price: each is charged with the mean of what changing it costs, over all orders."""
    if not before.days * before.rate or not now.days * now.rate:
        return {Effect.VOLUME: difference}
    days, volume, price = _shapley(before.values, now.values)
    if before.sources != now.sources:
        plans = {plan for plan, _ in before.sources}, {plan for plan, _ in now.sources}
        moved = Effect.PRICE if plans[0] == plans[1] else Effect.TARIFF
        return {Effect.DAYS: days, Effect.VOLUME: volume, moved: price}
    # The price list is the same, so a dearer mean price comes of reaching further blocks, not of prices.
    if volume or before.unit_prices != now.unit_prices:
        return {Effect.DAYS: days, Effect.VOLUME: volume + price}
    return {Effect.DAYS: days + price} if days else {Effect.ROUNDING: price}


def _shapley(before: Sequence[Fraction], now: Sequence[Fraction]) -> list[Fraction]:
    found = []
    for place in range(3):
        (a, b), (c, d) = [(before[other], now[other]) for other in range(3) if other != place]
        others = (a * c + b * d) / 3 + (a * d + b * c) / 6
        found.append((now[place] - before[place]) * others)
    return found


def _with_others(
    key: Key, *, pair: tuple[list[Line], list[Line]], difference: Fraction, known: Mapping[Key, Parts]
) -> Parts:
    """A percentage, minimum or cap moves with what it is taken of, unless its own terms changed."""
    named = {code for side in pair for line in side for code in line.inputs.get("of", ())}
    moved: Parts = {}
    for other, parts in known.items():
        if other[0] == key[0] and other[1] in named:
            for effect, amount in parts.items():
                moved[effect] = moved.get(effect, Fraction(0)) + amount
    whole = sum(moved.values(), Fraction(0))
    own = {line.unit_price_e8 for line in pair[0]} != {line.unit_price_e8 for line in pair[1]}
    if whole == 0 or (own and key[2] == "percentage"):
        return {Effect.PRICE if own else Effect.VOLUME: difference}
    return {effect: amount * difference / whole for effect, amount in moved.items()}


def _part(key: Key, *, pair: tuple[list[Line], list[Line]], exact: Parts) -> BridgePart:
    agreement, component, kind, register, label, _ = key
    before, now = pair
    return BridgePart(
        agreement=agreement,
        component=component,
        kind=kind,
        register=register,
        label=label,
        before_minor=_gross(before),
        now_minor=_gross(now),
        effects=_rounded(exact, whole=_gross(now) - _gross(before)),
        used_before=_used(before, other=now),
        used_now=_used(now, other=before),
    )


def _rounded(exact: Parts, *, whole: int) -> dict[Effect, int]:
    """Each half up; the largest, the first of equals in the order of effects, takes the rest."""
    ordered = [effect for effect in Effect if exact.get(effect)]
    if not ordered:
        assert whole == 0, "a difference without an effect"
        return {}
    found = {one: half_up(num=exact[one].numerator, den=exact[one].denominator) for one in ordered}
    largest = max(ordered, key=lambda one: abs(exact[one]))
    found[largest] += whole - sum(found.values())
    return {effect: minor for effect, minor in found.items() if minor}


def _used(lines: Sequence[Line], *, other: Sequence[Line]) -> Quantity | None:
    """What was used, for kinds that measure use."""
    told = [*lines, *other]
    if not told or told[0].kind not in USED:
        return None
    unit = "min" if told[0].kind == "traffic" else str(told[0].inputs.get("unit") or "")
    return Quantity(micro=sum(line.quantity_micro for line in lines), unit=unit)
