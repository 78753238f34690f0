"""The rules of pricing once more, one day and one value at a time, in decimals: the judge of the columnar engine.

Written from the rules stated in the engine's documentation, sharing no code with it. Slow and obvious on purpose.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from itertools import groupby
from typing import Any

from oracle.adjustments import LIMITS, Adjustments
from oracle.peaks import Peaks, looked_at, not_summed
from oracle.rounding import add_tax, round_together
from oracle.seasons import parted

PRECISE = Context(prec=90)
CENT = Decimal("0.01")
MICRO = Decimal("0.000001")
DAY = timedelta(days=1)


@dataclass
class World:
    """Rows as tuples, in the order of the snapshot's columns; versions as (ix, plan, from, to, document)."""

    start: date
    end: date
    agreements: list[tuple] = field(default_factory=list)  # agreement, account, from, to
    assignments: list[tuple] = field(default_factory=list)  # agreement, plan, from, to
    versions: list[tuple] = field(default_factory=list)
    attributes: list[tuple] = field(default_factory=list)  # agreement, name, Decimal, from, to
    consumption: list[tuple] = field(default_factory=list)  # ix, agreement, register, from, to, Decimal, basis
    usage: list[tuple] = field(default_factory=list)  # agreement, component, label, day, Decimal units, count, Decimal
    deliveries: list[tuple] = field(default_factory=list)  # ix, agreement, item, day, Decimal
    season_use: list[tuple] = field(default_factory=list)  # agreement, component, register, first day, Decimal
    tax_rates: dict[str, Decimal] = field(default_factory=dict)
    tax_rounding: str = "LINE"
    net_rounding: str = "LINE"


def judge(world: World) -> tuple[dict[tuple, list[tuple]], set[tuple]]:
    """({(account, agreement, version, code, register, block): sorted (from, net, tax, gross)}, {(account, code)})."""
    with localcontext(PRECISE):
        world, real = parted(world, first=world.start - DAY * 400)
        lines: list[dict[str, Any]] = []
        refusals: set[tuple] = set()
        for agreement in sorted({row[0] for row in world.agreements}):
            Judge(world, agreement, lines, refusals).run()
        round_together(world, lines)
        add_tax(world, lines, refusals)
        parked = {account for account, _ in refusals}
        found: dict[tuple, list[tuple]] = defaultdict(list)
        for line in lines:
            if line["account"] not in parked:
                line["version"] = real.get(line["version"], line["version"])
                key = tuple(line[k] for k in ("account", "agreement", "version", "code", "register", "block"))
                found[key].append((line["from"], line["quantity"], line["net"], line["tax"], line["gross"]))
        return {key: sorted(rows) for key, rows in found.items()}, refusals


def inside(day: date, start: date, end: date | None) -> bool:
    return start <= day and (end is None or day < end)


def each_day(start: date, end: date) -> list[date]:
    return [start + DAY * n for n in range((end - start).days)]


def rounder(document: dict[str, Any]) -> Any:
    mode = ROUND_HALF_EVEN if document.get("rounding") == "HALF_EVEN" else ROUND_HALF_UP
    return lambda value: value.quantize(CENT, mode)


class Judge:
    def __init__(self, world: World, agreement: int, lines: list, refusals: set) -> None:
        self.world, self.agreement, self.lines, self.refusals = world, agreement, lines, refusals
        self.account = next(row[1] for row in world.agreements if row[0] == agreement)
        self.month = each_day(world.start, world.end)
        self.unscaled: set[tuple] = set()  # days that were read, but whose bounds nobody can tell
        self.used_up: dict[tuple, Any] = {}  # season of a register → units so far
        self.limits: list[tuple] = []  # version, component, first day, last day, amount

    @staticmethod
    def rounder(document: dict[str, Any]) -> Any:
        return rounder(document)

    def priced_days(self, start: date, end: date) -> list[date]:
        """The served days with a version, in order."""
        served = [day for day in each_day(start, end) if self.served(day) is not None]
        return [day for day in served if not isinstance(self.ruling(day), str)]

    def refuse(self, code: str) -> None:
        self.refusals.add((self.account, code))

    def served(self, day: date) -> int | None:
        rows = [i for i, r in enumerate(self.world.agreements) if r[0] == self.agreement and inside(day, r[2], r[3])]
        return rows[0] if rows else None

    def ruling(self, day: date) -> tuple[int, tuple] | str:
        for place, (agreement, plan, start, end) in enumerate(self.world.assignments):
            if agreement == self.agreement and inside(day, start, end):
                ruling = [v for v in self.world.versions if v[1] == plan and inside(day, v[2], v[3])]
                return (place, ruling[0]) if ruling else "NO_VERSION"
        return "NO_TARIFF"

    def run(self) -> None:
        served_days = [day for day in self.month if self.served(day) is not None]
        rulings = {day: self.ruling(day) for day in served_days}
        for ruling in rulings.values():
            if isinstance(ruling, str):
                self.refuse(ruling)
        days = {day: ruling for day, ruling in rulings.items() if not isinstance(ruling, str)}
        self.per_period(days)
        self.metered(days)
        Peaks(self, days).run()
        self.dated()
        Adjustments(self).run()

    def add(  # noqa: PLR0917 (one line of a bill, said in one breath)
        self, version: tuple, component: dict, first: date, last: date, quantity: Decimal, amount: Decimal, **more: Any
    ) -> None:
        line = {
            "account": self.account,
            "agreement": self.agreement,
            "version": version[0],
            "register": None,
            "block": None,
        }
        line |= {"code": component["code"], "from": first, "to": last + DAY, "quantity": quantity, "amount": amount}
        line |= {"rounding": version[4].get("rounding", "HALF_UP"), "taxed": version[4].get("taxed", "ROUNDED")}
        line |= {"exact": Fraction(amount)}
        line |= {"vat": version[4]["vat"], "category": component.get("tax_category", "STANDARD"), **more}
        line["no"] = version[4]["components"].index(component)
        self.lines.append(line)

    def charge(self, *said: Any, exact: Fraction) -> None:  # version, component, first, last, quantity, amount
        version, component, first, last, _, amount = said
        if component["kind"] in LIMITS:
            self.limits.append((version, component, first, last, amount))
        else:
            self.add(*said, exact=exact)

    def value_on(self, component: dict, day: date) -> tuple[Any, Decimal | None]:
        if component["kind"] in {"fixed", *LIMITS}:
            return None, Decimal(1)
        for place, (agreement, name, value, start, end) in enumerate(self.world.attributes):
            if agreement == self.agreement and name == component["attribute"] and inside(day, start, end):
                return place, value
        default = component.get("default_value")
        return None, None if default is None else Decimal(default)

    def per_period(self, days: dict[date, tuple]) -> None:
        units: dict[tuple, list[tuple]] = defaultdict(list)
        for day, (assignment, version) in days.items():
            for component in version[4]["components"]:
                if component["kind"] not in {"fixed", "per_attribute", *LIMITS}:
                    continue
                row, value = self.value_on(component, day)
                if value is None:
                    self.refuse("MISSING_ATTRIBUTE")
                    continue
                if component.get("proration", "DAYS") == "DAYS":
                    key = (self.served(day), assignment, version[0], row)
                    units[component["code"], component["kind"], "DAYS"].append((day, key, version, component, value))
                else:
                    units[component["code"], component["kind"], "WHOLE"].append((day, None, version, component, value))
        for (_, _, how), rows in units.items():
            self.by_days(rows) if how == "DAYS" else self.whole(rows)

    def by_days(self, rows: list[tuple]) -> None:
        def run_key(numbered: tuple) -> tuple:
            place, (day, key, *_) = numbered
            return (day - DAY * place, key)

        served: dict[tuple, int] = defaultdict(int)
        for _, numbered in groupby(enumerate(rows), key=run_key):
            run = [row for _, row in numbered]
            _, _, version, component, value = run[0]
            price, whole, rounded = price_of(component), len(self.month), rounder(version[4])
            if price == 0 or value == 0:
                continue
            priced = (price, value, version[4].get("rounding", "HALF_UP"))
            before, served[priced] = served[priced], served[priced] + len(run)
            amount = rounded(price * value * served[priced] / whole) - rounded(price * value * before / whole)
            exact = Fraction(price) * Fraction(value) * len(run) / whole
            self.charge(version, component, run[0][0], run[-1][0], value, amount, exact=exact)

    def whole(self, rows: list[tuple]) -> None:
        _, _, version, component, value = rows[0]
        if component["proration"] == "NONE" and len(rows) != len(self.month):
            return
        price = price_of(component)
        if price != 0 and value != 0:
            amount = rounder(version[4])(price * value)
            exact = Fraction(price) * Fraction(value)
            self.charge(version, component, rows[0][0], rows[-1][0], value, amount, exact=exact)

    def window(self, day: date) -> tuple[date, int]:
        if inside(day, self.world.start, self.world.end):
            return self.world.start, len(self.month)
        first = day.replace(day=1)
        following = (first + DAY * 32).replace(day=1)
        return first, (following - first).days

    def metered(self, days: dict[date, tuple]) -> None:
        groups: dict[tuple, dict[str, Any]] = {}
        for _, agreement, register, start, end, quantity, _ in self.world.consumption:
            if agreement != self.agreement:
                continue
            served = [day for day in each_day(start, end) if self.served(day) is not None]
            if not served and quantity:
                self.refuse("CONSUMPTION_NOT_SERVED")
            priced = [day for day in served if not isinstance(self.ruling(day), str)]
            if len(priced) < len(served):
                self.refuse("NO_VERSION")
            for place, day in enumerate(priced):
                upto, before = ((quantity * n / len(priced)).quantize(MICRO, ROUND_FLOOR) for n in (place + 1, place))
                self.meter_day(day, register, upto - before, groups)
        for day, (_, version) in days.items():
            for component in version[4]["components"]:
                for register in component.get("registers", ()):
                    key = (version[0], component["code"], register["register"], self.window(day))
                    if (day, *key[1:3]) in self.unscaled:
                        continue
                    if not any(day in group["days"] for named, group in groups.items() if named[:4] == key):
                        self.refuse("MISSING_CONSUMPTION")
        in_time = sorted(groups.items(), key=lambda kv: (min(kv[1]["days"]), kv[0]))
        for (_, code, register, (_, whole), _), group in in_time:
            season = group["of"][0][4].get("season_from")
            if group["of"][1].get("bounds_per") == "SEASON_TOTAL" and season:
                begun = (self.agreement, code, register, season)
                before = self.used_up.setdefault(begun, sum(r[4] for r in self.world.season_use if r[:4] == begun))
                self.used_up[begun] += group["quantity"]
                group["before"] = Decimal(before)
            self.blocks(group, register, whole)

    def meter_day(self, day: date, register: str, quantity: Decimal, groups: dict) -> None:
        _, version = self.ruling(day)
        components = version[4]["components"]
        known = any(register in looked_at(component) for component in components)
        apart = {name for component in components for name in not_summed(component)}
        for component in version[4]["components"]:
            for priced in component.get("registers", ()):
                if priced["register"] == register or (priced["register"] == "*" and register not in apart):
                    known = True
                    factor = Decimal(1)
                    if scale := component.get("bounds_times"):
                        told = {
                            "attribute": scale["attribute"],
                            "kind": "metered",
                            "default_value": scale.get("default"),
                        }
                        found = self.value_on(told, day)[1]
                        if found is None:
                            self.refuse("MISSING_ATTRIBUTE")
                            self.unscaled.add((day, component["code"], priced["register"]))
                            continue
                        factor = found
                    key = (version[0], component["code"], priced["register"], self.window(day), factor)
                    empty = {"days": set(), "quantity": Decimal(0), "of": (version, component, priced)}
                    empty |= {"factor": factor}
                    group = groups.setdefault(key, empty)
                    group["days"].add(day)
                    group["quantity"] += quantity
        if not known:
            self.refuse("UNKNOWN_REGISTER")

    def blocks(self, group: dict[str, Any], register: str, whole: int) -> None:
        version, component, priced = group["of"]
        days = len(group["days"]) if component.get("blocks_prorate", True) else whole
        if component.get("bounds_per") == "SEASON" and version[4].get("season_days"):
            days, whole = len(group["days"]), version[4]["season_days"]
        if "before" in group:
            days = whole
        factor = group.get("factor", Decimal(1))
        covered = group.get("before", Decimal(0))
        total = covered + group["quantity"]
        first, last = min(group["days"]), max(group["days"])
        steps = [
            (
                no,
                block,
                (Decimal(block["upto"]) * factor * days / whole).quantize(MICRO, ROUND_HALF_UP)
                if "upto" in block
                else None,
            )
            for no, block in enumerate(priced["blocks"], start=1)
        ]
        if priced.get("mode") == "VOLUME":
            steps = [next((no, block, None) for no, block, bound in steps if bound is None or total <= bound)]
        for no, block, bound in steps:
            ceiling = total if bound is None else min(total, bound)
            used = max(ceiling - covered, Decimal(0))
            covered = max(covered, ceiling)
            due_unused = no == 1 and total == 0 and priced.get("flat_at_zero", False)
            if used:
                part = used
                if "package" in block:
                    part = (used / Decimal(block["package"])).to_integral_value(ROUND_CEILING)
                amount = rounder(version[4])(part * Decimal(block["price"]))
                more = {"register": register, "block": no, "exact": Fraction(part) * Fraction(block["price"])}
                self.add(version, component, first, last, part, amount, **more)
            if (used or due_unused) and Decimal(block.get("flat", 0)):
                amount = rounder(version[4])(Decimal(block["flat"]) * days / whole)
                exact = Fraction(block["flat"]) * days / whole
                more = {"register": register, "block": no, "label": "FLAT", "exact": exact}
                self.add(version, component, first, last, Decimal(1), amount, **more)

    def dated(self) -> None:
        calls: dict[tuple, list[tuple]] = defaultdict(list)
        for agreement, code, label, day, units, _, amount in self.world.usage:
            if agreement == self.agreement and (
                found := self.priced_on(day, "traffic", "code", code, "UNKNOWN_COMPONENT")
            ):
                calls[found[0][0], code, label].append((day, units, amount, *found))
        for (_, _, label), rows in calls.items():
            units, worth = sum(row[1] for row in rows), sum(row[2] for row in rows)
            if units or worth:
                _, _, _, version, component = rows[0]
                days = [row[0] for row in rows]
                amount = rounder(version[4])(worth)
                exact = Fraction(worth)
                self.add(version, component, min(days), max(days), units, amount, label=label, exact=exact)
        for _, agreement, item, day, quantity in self.world.deliveries:
            if agreement == self.agreement and (found := self.priced_on(day, "one_off", "item", item, "UNKNOWN_ITEM")):
                version, component = found
                if quantity:
                    amount = rounder(version[4])(quantity * Decimal(component["price"]))
                    exact = Fraction(quantity) * Fraction(component["price"])
                    self.add(version, component, day, day, quantity, amount, label=item, exact=exact)

    def priced_on(self, day: date, kind: str, key: str, wanted: str, code: str) -> tuple[tuple, dict] | None:
        ruling = self.ruling(day)
        if isinstance(ruling, str):
            self.refuse("NO_VERSION")
            return None
        for component in ruling[1][4]["components"]:
            if component["kind"] == kind and component[key] == wanted:
                return ruling[1], component
        self.refuse(code)
        return None


def price_of(component: dict) -> Decimal:
    return Decimal(component["amount" if component["kind"] in LIMITS else "price"])
