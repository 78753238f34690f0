"""The rules of peaks and of reactive energy once more, day by day in decimals; written from the rule texts.

A peak is the largest single consumption of a register in the window. Of all registers the highest tier reached prices
the window, once or by the unit of the peak, in the share of its days that are covered. Uncovered days of the period
take the default. Reactive energy is free up to the active energy of the same days × tan φ.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

MICRO = Decimal("0.000001")
DAY = timedelta(days=1)


def looked_at(component: dict[str, Any]) -> list[str]:
    """The registers that are read for something else than a price per unit."""
    if component["kind"] == "reactive":
        return [*component["reactive"], *component["active"]]
    return peak_registers(component) if component["kind"] == "capacity" else []


def not_summed(component: dict[str, Any]) -> list[str]:
    return component["reactive"] if component["kind"] == "reactive" else looked_at(component)


def peak_registers(component: dict[str, Any]) -> list[str]:
    if "register" in component:
        return [component["register"]]
    return sorted({name for tier in component["tiers"] for name in tier.get("limits", {})})


def tangent(component: dict[str, Any]) -> Decimal:
    if "tan_phi" in component:
        return Decimal(component["tan_phi"])
    cosine = Decimal(component["cos_phi"])
    return ((1 - cosine * cosine).sqrt() / cosine).quantize(MICRO, ROUND_HALF_UP)


def tier_of(component: dict[str, Any], register: str, peak: Decimal) -> int:
    for no, tier in enumerate(component["tiers"], start=1):
        limit = tier.get("limits", {}).get(register)
        if limit is None or peak <= Decimal(limit):
            return no
    raise AssertionError("the last tier is open")


class Peaks:
    """Capacities and reactive energy of one agreement. judge: whose days, versions and lines these are."""

    def __init__(self, judge: Any, days: dict[date, tuple]) -> None:
        self.judge, self.days = judge, days
        self.groups: dict[tuple, dict[str, Any]] = {}

    def run(self) -> None:
        for _, agreement, register, start, end, quantity, _ in self.judge.world.consumption:
            if agreement == self.judge.agreement:
                self.row(register, self.judge.priced_days(start, end), quantity)
        for _, group in sorted(self.groups.items(), key=lambda pair: pair[0]):
            _, component, _ = group["of"]
            (self.peak if component["kind"] == "capacity" else self.excess)(group)
        parts = [part for _, version in self.days.values() for part in version[4]["components"]]
        for code in sorted({part["code"] for part in parts if part["kind"] == "capacity"}):
            self.default(code)
        self.reactive_days()

    def row(self, register: str, priced: list[date], quantity: Decimal) -> None:
        for place, day in enumerate(priced):
            upto, before = ((quantity * n / len(priced)).quantize(MICRO, ROUND_FLOOR) for n in (place + 1, place))
            _, version = self.judge.ruling(day)
            for component in version[4]["components"]:
                if register in looked_at(component):
                    window = self.judge.window(day)
                    key = (version[0], component["code"], window)
                    empty = {"of": (version, component, window), "days": defaultdict(set), "peaks": {}}
                    group = self.groups.setdefault(key, empty | {"sums": defaultdict(Decimal)})
                    group["days"][register].add(day)
                    group["sums"][register] += upto - before
                    group["peaks"][register] = max(group["peaks"].get(register, quantity), quantity)

    def peak(self, group: dict[str, Any]) -> None:
        version, component, (_, whole) = group["of"]
        days = set().union(*group["days"].values())
        reached = {name: tier_of(component, name, peak) for name, peak in group["peaks"].items()}
        no, register = min((-no, name) for name, no in reached.items())
        by_peak = component.get("charge") == "PEAK"
        quantity = group["peaks"][register] if by_peak else Decimal(1)
        price = Decimal(component["tiers"][-no - 1]["price"])
        amount = self.judge.rounder(version[4])(price * quantity * len(days) / whole)
        exact = Fraction(price) * Fraction(quantity) * len(days) / whole
        self.judge.add(
            version, component, min(days), max(days), quantity, amount, register=register, block=-no, exact=exact
        )

    def default(self, code: str) -> None:
        """Days nobody measured, in order; one running sum for each price and quantity."""
        served: dict[tuple, int] = defaultdict(int)
        runs: list[list[Any]] = []
        for day, (assignment, version) in self.days.items():
            own = next((c for c in version[4]["components"] if c["code"] == code and c["kind"] == "capacity"), None)
            if own is None or self.is_covered(day, version, own):
                continue
            if "default" not in own:
                self.judge.refuse("MISSING_CONSUMPTION")
                continue
            place, peak = self.value(own, day)
            if peak is None:
                self.judge.refuse("MISSING_ATTRIBUTE")
                continue
            key = (self.judge.served(day), assignment, version[0], place)
            if runs and runs[-1][0] == key and runs[-1][2] == day - DAY:
                runs[-1][2] = day
            else:
                runs.append([key, day, day, version, own, peak])
        for _, first, last, version, own, peak in runs:
            no = tier_of(own, own["register"], peak)
            price = Decimal(own["tiers"][no - 1]["price"])
            quantity = peak if own.get("charge") == "PEAK" else Decimal(1)
            if not price or not quantity:
                continue
            priced = (price, quantity, version[4].get("rounding", "HALF_UP"))
            before, served[priced] = served[priced], served[priced] + (last - first).days + 1
            rounded, whole = self.judge.rounder(version[4]), len(self.judge.month)
            amount = rounded(price * quantity * served[priced] / whole) - rounded(price * quantity * before / whole)
            exact = Fraction(price) * Fraction(quantity) * ((last - first).days + 1) / whole
            more = {"register": own["register"], "block": no, "exact": exact}
            self.judge.add(version, own, first, last, quantity, amount, **more)

    def is_covered(self, day: date, version: tuple, component: dict[str, Any]) -> bool:
        group = self.groups.get((version[0], component["code"], self.judge.window(day)))
        return group is not None and any(day in days for days in group["days"].values())

    def value(self, component: dict[str, Any], day: date) -> tuple[Any, Decimal | None]:
        default, number = component["default"], component["default"].get("value")
        for place, (agreement, name, value, start, end) in enumerate(self.judge.world.attributes):
            own = agreement == self.judge.agreement and name == default.get("attribute")
            if own and start <= day and (end is None or day < end):
                return place, value
        return None, None if number is None else Decimal(number)

    def excess(self, group: dict[str, Any]) -> None:
        version, component, (start, _) = group["of"]
        if not any(name in group["days"] for name in component["reactive"]):
            return
        union = set().union(*group["days"].values())
        late = start != self.judge.world.start
        if late and any(group["days"][name] != union for name in looked_at(component)):
            self.judge.refuse("MISSING_CONSUMPTION")
        active, reactive = (sum(group["sums"][name] for name in component[side]) for side in ("active", "reactive"))
        over = reactive - (active * tangent(component)).quantize(MICRO, ROUND_HALF_UP)
        if over > 0:
            amount = self.judge.rounder(version[4])(over * Decimal(component["price"]))
            exact = Fraction(over) * Fraction(component["price"])
            self.judge.add(version, component, min(union), max(union), over, amount, exact=exact)

    def reactive_days(self) -> None:
        """Every served day of the period needs every register."""
        for day, (_, version) in self.days.items():
            for component in version[4]["components"]:
                if component["kind"] == "reactive":
                    group = self.groups.get((version[0], component["code"], self.judge.window(day)), {"days": {}})
                    if any(day not in group["days"].get(name, ()) for name in looked_at(component)):
                        self.judge.refuse("MISSING_CONSUMPTION")
