"""Pricing models of neutral case files in the words of our tariff schema.

A model is a function of parameters and usage to an exact amount. The arithmetic of prices is the engine's; here the
words are changed, and usage is prepared as our own metering would: summed, shared by days, what was billed before
taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from rachun.values.rounding import half_up

from tools.price_cases import percentages, recurring
from tools.price_cases.desk import EXEMPT, POSTING, Subscriber, Units, bill_of, decimal

Params = Mapping[str, Any]
ZERO: Final = Decimal(0)


class UnknownForm(Exception):
    """Usage or parameters in a form that the model does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A block: its upper bound (None: open), price, flat, and package size."""

    upto: Decimal | None
    price: Decimal
    flat: Decimal = ZERO
    package: Decimal | None = None

    def as_block(self, units: Units) -> dict[str, str]:
        block = {"price": units.price_text(self.price)}
        if self.package is not None:
            # the price is that of a package, whatever the unit of its content
            block = {"price": units.flat_text(self.price), "package": units.quantity_text(self.package)}
        if self.flat:
            block["flat"] = units.flat_text(self.flat)
        if self.upto is not None:
            block["upto"] = units.quantity_text(self.upto)
        return block


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Blocks, and how they are read; `least` and `most` bound the sum."""

    steps: tuple[Step, ...]
    mode: str = "GRADUATED"
    least: Decimal | None = None
    most: Decimal | None = None
    to_minor: bool = False

    def of(self, quantity: Decimal, *, chosen: Decimal | None = None, least: bool = True) -> Fraction:
        """What the engine asks for a quantity; `chosen`: the usage that chooses the block."""
        minimum = self.least if least else None
        limited = minimum is not None or self.most is not None
        units = self._units([quantity, *([] if chosen is None else [chosen])], whole_minor=limited)
        components = [self._metered(units, by=None if chosen is None else "BY")]
        for kind, bound in (("minimum", minimum), ("cap", self.most)):
            if bound is not None and (bound or kind == "cap"):
                components.append(_bound(kind, units.flat_text(bound)))
        consumption = {"USED": quantity.scaleb(units.quantity)}
        if chosen is not None:
            consumption["BY"] = chosen.scaleb(units.quantity)
        bill = bill_of(Subscriber(components=components, consumption=consumption))
        exact = units.given_back(Fraction(bill.net_minor, 100) if limited else bill.exact)
        return Fraction(half_up(num=exact.numerator * 100, den=exact.denominator), 100) if self.to_minor else exact

    def _units(self, quantities: Sequence[Decimal], *, whole_minor: bool) -> Units:
        bounds = [step.upto for step in self.steps if step.upto is not None]
        sizes = [step.package for step in self.steps if step.package is not None]
        prices = [number for step in self.steps for number in (step.price, step.flat)]
        limits = [limit for limit in (self.least, self.most) if limit is not None]
        return Units.holding(
            quantities=[*quantities, *bounds, *sizes], prices=[*prices, *limits], whole_minor=whole_minor
        )

    def _metered(self, units: Units, *, by: str | None) -> dict[str, Any]:
        blocks = [step.as_block(units) for step in self.steps]
        priced = {"register": "USED", "mode": self.mode, "flat_at_zero": True, "blocks": blocks}
        if by:
            priced["blocks_by"] = by
        component = {"code": "usage", "kind": "metered", "unit": "unit", "registers": [priced]}
        return component | POSTING | {"tax_category": EXEMPT}


def _bound(kind: str, amount: str) -> dict[str, Any]:
    category = {"tax_category": EXEMPT} if kind == "minimum" else {}
    return {"code": kind, "kind": kind, "of": ["usage"], "amount": amount} | POSTING | category


def bounded(price: Price, params: Params) -> Price:
    """The price with the least and the most that the case allows."""
    told = params.get("minimum"), params.get("maximum")
    least, most = (None if value is None else decimal(value) for value in told)
    return replace(price, least=least, most=most)


def steps_of(params: Params, *, percent: bool = False) -> tuple[Step, ...]:
    """The ranges or tiers of a case: each starts right above the one before, the last is open."""
    rows = params.get("ranges", params.get("tiers", ()))
    steps = []
    for place, row in enumerate(rows):
        following = rows[place + 1].get("from") if place + 1 < len(rows) else None
        bound = row.get("to", row.get("up_to", following))
        per_unit = decimal(row.get("rate_percent") or 0) / 100 if percent else decimal(row.get("per_unit") or 0)
        last = place == len(rows) - 1
        upto = None if last or bound is None else decimal(bound)
        steps.append(Step(upto=upto, price=per_unit, flat=decimal(row.get("flat") or 0)))
    return tuple(steps)


def graduated(params: Params) -> Price:
    return bounded(Price(steps=steps_of(params)), params)


def graduated_percentage(params: Params) -> Price:
    return bounded(Price(steps=steps_of(params, percent=True)), params)


def volume(params: Params) -> Price:
    return bounded(Price(steps=steps_of(params), mode="VOLUME"), params)


def per_unit(params: Params) -> Price:
    return bounded(Price(steps=(Step(upto=None, price=decimal(params["amount"])),), mode="FLAT"), params)


def multiplier(params: Params) -> Price:
    step = Step(upto=None, price=decimal(params["multiplier"]))
    return bounded(Price(steps=(step,), mode="FLAT", to_minor=True), params)


def package(params: Params) -> Price:
    """So many free units, then the price of every started package; without a price, packages are counted."""
    size = decimal(params.get("package_size", params.get("block")))
    amount = decimal(params.get("amount", params.get("price", 1)))
    free = decimal(params.get("free_units") or 0)
    paid = Step(upto=None, price=amount, package=size)
    return bounded(Price(steps=(Step(upto=free, price=ZERO), paid) if free else (paid,)), params)


def block_tiers(mode: str) -> Callable[[Params], Price]:
    """Tiers that hold so many blocks each; all: what lies past the last has no price, top: the last prices it."""

    def read(params: Params) -> Price:
        steps, filled = [], ZERO
        for row in params["tiers"]:
            size, most = decimal(row["block"]), row.get("max_blocks")
            filled = filled + size * decimal(most) if most is not None else filled
            upto = filled if most is not None else None
            steps.append(Step(upto=upto, price=decimal(row["price"]), package=size))
        if steps[-1].upto is not None and mode == "GRADUATED":
            steps.append(Step(upto=None, price=ZERO))
        last = steps[-1]
        steps[-1] = Step(upto=None, price=last.price, package=last.package)
        return bounded(Price(steps=tuple(steps), mode=mode), params)

    return read


def by_quantity(read: Callable[[Params], Price]) -> Callable[[Params, Any], Fraction]:
    """A model whose usage is a quantity: plain, as raw records, or as one line more after what was billed before."""

    def priced(params: Params, usage: Any) -> Fraction:
        offer = read(params)
        if not isinstance(usage, Mapping):
            return offer.of(_sum(usage))
        before, billed = _billed_before(offer, usage)
        total = _sum(usage.get("raw", ())) + before + decimal(usage.get("this_line_units", usage.get("units", 0)))
        return offer.of(total, least=bool(usage.get("last_line", True))) - billed

    return priced


def _sum(usage: Any) -> Decimal:
    if isinstance(usage, (list, tuple)):
        return sum((decimal(one) for one in usage), ZERO)
    return decimal(usage)


def _billed_before(offer: Price, usage: Mapping[str, Any]) -> tuple[Decimal, Fraction]:
    """The units billed before and their amount: the one told, else what the units came to, without the minimum."""
    before = decimal(usage.get("already_billed_units", 0))
    told = usage.get("already_billed_amount", usage.get("already_invoiced"))
    if told is not None:
        return before, Fraction(decimal(told))
    return before, offer.of(before, least=False) if before else Fraction()


def volume_prorated(params: Params, usage: Any) -> Fraction:
    if not isinstance(usage, Mapping) or "prorated_units" not in usage:
        raise UnknownForm("full_units and prorated_units are needed")
    return volume(params).of(decimal(usage["prorated_units"]), chosen=decimal(usage["full_units"]))


def graduated_prorated(params: Params, usage: Any) -> Fraction:
    full = [decimal(one) for one in usage["event_units"]]
    held = [decimal(one) for one in usage["event_prorated_units"]]
    return recurring.amount(steps=steps_of(params), full=full, held=held)


def capacity(params: Params, usage: Any) -> Fraction:
    """The price of the highest tier that any unit reaches; the last tier holds whatever there is."""
    names = {name: f"UNIT{no}" for no, name in enumerate(usage, start=1)}
    rows = params["tiers"]
    limits = [
        {names[name]: decimal(limit) for name, limit in row.get("limits", {}).items() if name in names} for row in rows
    ]
    if limits[-1]:
        rows, limits = [*rows, {"price": rows[-1]["price"]}], [*limits, {}]
    bounds = [limit for row in limits for limit in row.values()]
    measured = {names[name]: decimal(quantity) for name, quantity in usage.items()}
    units = Units.holding(quantities=[*measured.values(), *bounds], prices=[decimal(row["price"]) for row in rows])
    tiers = [
        {"price": units.flat_text(decimal(row["price"]))}
        | ({"limits": {name: units.quantity_text(limit) for name, limit in held.items()}} if held else {})
        for row, held in zip(rows, limits, strict=True)
    ]
    component = {"code": "capacity", "kind": "capacity", "tiers": tiers, "tax_category": EXEMPT} | POSTING
    consumption = {name: quantity.scaleb(units.quantity) for name, quantity in measured.items()}
    return units.given_back(bill_of(Subscriber(components=[component], consumption=consumption)).exact)


MODELS: Final[Mapping[str, Callable[[Params, Any], Fraction]]] = {
    "standard": by_quantity(per_unit),
    "unit": by_quantity(per_unit),
    "multiplier": by_quantity(multiplier),
    "graduated": by_quantity(graduated),
    "tiered_graduated": by_quantity(graduated),
    "graduated_percentage": by_quantity(graduated_percentage),
    "volume": by_quantity(volume),
    "tiered_volume": by_quantity(volume),
    "package": by_quantity(package),
    "package_count": by_quantity(package),
    "block_usage_in_arrear": by_quantity(package),
    "usage_catch_up": by_quantity(package),
    "block_tiers_all": by_quantity(block_tiers("GRADUATED")),
    "block_tiers_top": by_quantity(block_tiers("VOLUME")),
    "capacity_tiers": capacity,
    "volume_prorated": volume_prorated,
    "graduated_prorated": graduated_prorated,
    "percentage": percentages.amount,
    "time_weighted_sum": recurring.time_weighted,
}
