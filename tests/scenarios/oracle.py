"""The slow, obvious arithmetic of RULES.md over one scenario, day by day, in Decimal. It does not know the product."""

import json
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
COUNTRIES = FOLDER.parent.parent / "backend" / "rachun" / "countries"
ZERO, CENT, MICRO = Decimal(0), Decimal("0.01"), Decimal("0.000001")
ONE_DAY = timedelta(days=1)

Row = dict[str, Any]


class Parked(Exception):
    def __init__(self, agreement: str, reason: str) -> None:
        super().__init__(agreement, reason)
        self.agreement, self.reason = agreement, reason


def names() -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob("*/scenario.yaml"))


def load(*, name: str, file: str) -> Row:
    """A copy of the parsed file, so that a caller may spoil it."""
    return deepcopy(parse_yaml(FOLDER / name / file))


@cache
def parse_yaml(path: Path) -> Row:
    parsed: Row = yaml.safe_load(path.read_text(encoding="utf-8"))
    return parsed


@cache
def parse_json(path: Path) -> Row:
    parsed: Row = json.loads(path.read_text(encoding="utf-8"))
    return parsed


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def days(start: date, end: date) -> Iterator[date]:
    while start < end:
        yield start
        start += ONE_DAY


def month_of(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def in_force(rows: list[Row], day: date) -> Row | None:
    found = [row for row in rows if row["from"] <= day and (row["to"] is None or day < row["to"])]
    assert len(found) <= 1, "dated rows overlap"
    return found[0] if found else None


def stretches(start: date, end: date, key: Any) -> list[tuple[date, date, Any]]:
    """Runs of consecutive days with the same key, half-open."""
    runs = []
    for value, group in groupby(days(start, end), key=key):
        members = list(group)
        runs.append((members[0], members[-1] + ONE_DAY, value))
    return runs


@dataclass
class World:
    """What was loaded so far, and what is already on a bill."""

    scenario: Row
    readings: list[Row] = field(default_factory=list)
    calls: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    deliveries: list[Row] = field(default_factory=list)
    billed_agreements: set[tuple[str, date]] = field(default_factory=set)
    balance: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def load_calls(self, name: str) -> tuple[int, int, int]:
        seen: dict[tuple[Any, ...], int] = defaultdict(int)
        added = 0
        for number, row in enumerate(self.scenario["call_files"][name], 1):
            facts = (row["calling"], row["called"], row["started_at"], row["duration_s"])
            seen[facts] += 1
            key = (*facts, seen[facts])
            if key not in self.calls:
                self.calls[key] = price_call(self.scenario, row) | {"file": name, "row": number}
                added += 1
        rows = sum(seen.values())
        return rows, added, rows - added

    def segments(self, agreement: Row, register: str, start: date, end: date) -> list[tuple[date, date, Decimal]]:
        """Consumption between consecutive readings inside the served days; every served day must be covered."""
        found = []
        for installed in self.scenario.get("installations", []):
            if installed["service_point"] != agreement["service_point"]:
                continue
            meter = next(m for m in self.scenario["meters"] if m["id"] == installed["meter"])
            facts = next(r for r in meter["registers"] if r["code"] == register)
            mine = [r for r in self.readings if r["meter"] == meter["id"] and r["register"] == register]
            for before, after in pairwise(sorted(mine, key=lambda r: r["read_date"])):
                low, high = before["read_date"] + ONE_DAY, after["read_date"] + ONE_DAY
                used = difference(facts, before["value"], after["value"])
                if start <= low and high <= end:
                    if used is None:
                        raise Parked(agreement["id"], "READING_BELOW_PREVIOUS")
                    found.append((low, high, used))
        found.sort()
        if [day for low, high, _ in found for day in days(low, high)] != list(days(start, end)):
            raise Parked(agreement["id"], "MISSING_CONSUMPTION")
        return found


def difference(register: Row, before: str, after: str) -> Decimal | None:
    """Consumption between two dial states; None where the later one is refused (R05)."""
    capacity = 10 ** register["digits"]
    units = Decimal(after) - Decimal(before)
    if units < 0:
        units += capacity
        if units * 2 > capacity:
            return None
    return units * Decimal(register["multiplier"])


def share(segments: list[tuple[date, date, Decimal]], cuts: list[date]) -> dict[date, Decimal]:
    """Split each segment by days at the cuts (starts of stretches): floor to a micro-unit cumulatively."""
    parts: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for low, high, total in segments:
        given, length = ZERO, Decimal((high - low).days)
        for start, nxt in pairwise([*cuts, date.max]):
            upto = min(high, nxt)
            if upto > max(low, start):
                reached = (total * (upto - low).days / length).quantize(MICRO, ROUND_FLOOR)
                parts[start] += reached - given
                given = reached
        assert given == total
    return parts


def tariff(scenario: Row, plan: str, day: date) -> Row:
    version = max(
        (v for v in scenario["plans"][plan]["versions"] if v["valid_from"] <= day), key=lambda v: v["valid_from"]
    )
    source = version["tariff"]
    if "file" not in source:
        return dict(source)
    book = parse_json(COUNTRIES / source["file"])
    [found] = [v["tariff"] for v in book["versions"] if v["valid_from"] == source["version"].isoformat()]
    return dict(found)


def price_call(scenario: Row, call: Row) -> Row:
    started = datetime.fromisoformat(call["started_at"])
    [agreement] = [
        a for a in scenario["agreements"] if any(r["value"] == call["calling"] for r in a.get("resources", []))
    ]
    components = tariff(scenario, agreement["assignments"][0]["plan"], started.date())["components"]
    table = next(c["destination_table"] for c in components if c["kind"] == "traffic")
    rates = parse_json(COUNTRIES / scenario["destination_tables"][table]["file"])["versions"][0]["rates"]
    matches = [(len(p), n) for n, rate in enumerate(rates) for p in rate["prefixes"] if call["called"].startswith(p)]
    priced = {"agreement": agreement["id"], "day": started.date(), "status": "RATED", "reason": None}
    if not matches:
        return priced | {"status": "SUSPENDED", "reason": "NO_RATE", "destination": None}
    rank = max(matches)[1]
    rate = rates[rank]
    seconds = rate["first_interval_s"]
    while seconds < call["duration_s"]:
        seconds += rate["increment_s"]
    amount = Decimal(rate["connection_fee"]) + Decimal(rate["price_per_minute"]) * seconds / 60
    amount = amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return priced | {"destination": rate["destination"], "rank": rank, "billed_seconds": seconds, "amount": amount}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days under one tariff version, inside the days served, inside the bill's period."""

    days: tuple[date, date]
    served: tuple[date, date]
    version_starts: list[date]
    period: tuple[date, date]

    def bound(self, upto: str) -> Decimal:
        length, whole = ((end - start).days for start, end in (self.days, self.period))
        return (Decimal(upto) * length / whole).quantize(MICRO, ROUND_HALF_UP)


def agreement_lines(world: World, agreement: Row, start: date, end: date, period: tuple[date, date]) -> list[Row]:
    """Lines of one agreement in bill order, with `price_amount` (net or gross, as the tariff says) and `inside`."""
    lines: list[Row] = []
    assigned = agreement["assignments"][0]["plan"]
    versions = stretches(start, end, key=lambda day: json.dumps(tariff(world.scenario, assigned, day)))
    starts = [low for low, _, _ in versions]
    rounded: dict[tuple[str, ...], tuple[int, Decimal]] = {}
    for low, high, text in versions:
        version = json.loads(text)
        stretch = Stretch(days=(low, high), served=(start, end), version_starts=starts, period=period)
        made: list[Row] = []
        for component in version["components"]:
            match component["kind"]:
                case "fixed" | "per_attribute":
                    new = dated_lines(agreement, component, low, high, rounded)
                case "metered":
                    new = metered_lines(world, agreement, component, stretch)
                case "traffic":
                    assert len(versions) == 1, "no scenario changes the prices of calls within a month"
                    new = traffic_lines(world, agreement, period[1])
                case "percentage":
                    base = sum((x["price_amount"] for x in made if x["component"] in component["of"]), ZERO)
                    fraction = Decimal(component["percent"]) / 100
                    new = [line(low, high, f"{base}", f"{fraction}", price_amount=cents(base * fraction))]
                case kind:
                    assert kind == "one_off"
                    new = delivery_lines(world, agreement, component, period)
            for row in new:
                row |= {
                    "agreement": agreement["id"],
                    "component": component["code"],
                    "inside": version["vat"] == "INSIDE",
                }
                row |= {
                    "posting_code": component["posting_code"],
                    "tax_category": component.get("tax_category", "STANDARD"),
                }
            made += new
        lines += made
    return lines


def line(low: date, high: date, quantity: str, unit_price: str | None, **more: Any) -> Row:
    plain = {"register": None, "block": None}
    return plain | {"from": low, "to": high, "quantity": quantity, "unit_price": unit_price} | more


def dated_lines(agreement: Row, component: Row, low: date, high: date, rounded: dict[Any, Any]) -> list[Row]:
    def value(day: date) -> str:
        if component["kind"] == "fixed":
            return "1"
        row = in_force([a for a in agreement["attributes"] if a["name"] == component["attribute"]], day)
        if row is None and "default_value" not in component:
            raise Parked(agreement["id"], "MISSING_ATTRIBUTE")
        return str(row["value"] if row else component["default_value"])

    made = []
    for start, end, quantity in stretches(low, high, key=value):
        month = month_of(start)
        whole, served = (month[1] - month[0]).days, (end - start).days
        same = (component["code"], quantity, component["price"])
        earlier_days, earlier = rounded.get(same, (0, ZERO))
        reached = cents(Decimal(quantity) * Decimal(component["price"]) * (earlier_days + served) / whole)
        rounded[same] = (earlier_days + served, reached)
        partly = {} if served == whole else {"days": served, "days_in_month": whole}
        made.append(line(start, end, quantity, component["price"], price_amount=reached - earlier, **partly))
    return made


def register_codes(scenario: Row, agreement: Row) -> list[str]:
    installed = {i["meter"] for i in scenario["installations"] if i["service_point"] == agreement["service_point"]}
    return sorted({r["code"] for m in scenario["meters"] if m["id"] in installed for r in m["registers"]})


def metered_lines(world: World, agreement: Row, component: Row, stretch: Stretch) -> list[Row]:
    used = {}
    for code in register_codes(world.scenario, agreement):
        segments = world.segments(agreement, code, *stretch.served)
        used[code] = share(segments, stretch.version_starts)[stretch.days[0]]
    made = []
    for priced in component["registers"]:
        left = sum(used.values(), ZERO) if priced["register"] == "*" else used[priced["register"]]
        covered = ZERO
        for number, block in enumerate(priced["blocks"], 1):
            portion = left
            if "upto" in block:
                shrinks = component.get("blocks_prorate", True)
                bound = stretch.bound(block["upto"]) if shrinks else Decimal(block["upto"])
                portion = min(left, bound - covered)
            if portion:
                facts = {"register": priced["register"], "block": number}
                amount = cents(portion * Decimal(block["price"]))
                made.append(line(*stretch.days, f"{portion:f}", block["price"], price_amount=amount, **facts))
            left, covered = left - portion, covered + portion
    return made


def traffic_lines(world: World, agreement: Row, before: date) -> list[Row]:
    mine = [
        c
        for c in world.calls.values()
        if c["agreement"] == agreement["id"] and c["status"] == "RATED" and c["day"] < before
    ]
    mine.sort(key=lambda c: c["rank"])
    made = []
    for _, group in groupby(mine, key=lambda c: c["rank"]):
        calls = list(group)
        seconds = sum(c["billed_seconds"] for c in calls)
        minutes = (Decimal(seconds) / 60).quantize(MICRO, ROUND_HALF_UP)
        facts = {"destination": calls[0]["destination"], "calls": len(calls), "billed_seconds": seconds}
        amount = cents(sum((c["amount"] for c in calls), ZERO))
        dates = [c["day"] for c in calls]
        made.append(line(min(dates), max(dates) + ONE_DAY, f"{minutes}", None, price_amount=amount, **facts))
    return made


def delivery_lines(world: World, agreement: Row, component: Row, period: tuple[date, date]) -> list[Row]:
    made = []
    for row in world.deliveries:
        if (row["agreement"], row["item"]) == (agreement["id"], component["item"]) and row["performed_date"] < period[
            1
        ]:
            amount = cents(Decimal(row["quantity"]) * Decimal(component["price"]))
            day = (row["performed_date"], row["performed_date"] + ONE_DAY)
            made.append(line(*day, row["quantity"], component["price"], price_amount=amount, item=row["item"]))
    return made


def add_taxes(lines: list[Row], enterprise: Row) -> None:
    """Set net, tax and gross. GROUP: the tax of the bill is rounded once and the largest line takes the difference."""
    percent = Decimal(enterprise["vat_percent"])
    for row in lines:
        rate = percent if row["tax_category"] == "STANDARD" else ZERO
        amount = row["price_amount"]
        row["tax"] = cents(amount * rate / (100 + rate)) if row["inside"] else cents(amount * rate / 100)
        row["net"] = amount - row["tax"] if row["inside"] else amount
    taxed = [row for row in lines if row["tax_category"] == "STANDARD"]
    if enterprise["tax_rounding"] == "GROUP" and taxed:
        wanted = cents(sum((row["net"] for row in taxed), ZERO) * percent / 100)
        largest = max(taxed, key=lambda row: abs(row["net"]))
        largest["tax"] += wanted - sum((row["tax"] for row in taxed), ZERO)
    for row in lines:
        row["gross"] = row["net"] + row["tax"]
