"""What looks at other lines once more, for the judge: percentages, minimums and caps of one agreement."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

DAY = timedelta(days=1)
LIMITS = {"minimum", "cap"}


class Adjustments:
    """Percentages, minimums and caps of one agreement, each once everything it names is priced."""

    def __init__(self, judge: Any) -> None:
        self.judge = judge
        self.found: dict[str, list[tuple]] = defaultdict(list)
        for version in judge.world.versions:
            for component in version[4]["components"]:
                if component["kind"] in {"percentage", *LIMITS}:
                    self.found[component["code"]].append((version, component))

    def run(self) -> None:
        waiting = dict(self.found)
        while waiting:
            ready = [code for code, rows in waiting.items() if not any(set(c["of"]) & set(waiting) for _, c in rows)]
            for version, component in (row for code in ready for row in waiting.pop(code)):
                if component["kind"] == "percentage":
                    self.percentage(version, component)
                else:
                    self.limit(version, component)

    def named(self, component: dict, *, version: int | None, vat: str) -> list[dict]:
        return [
            line
            for line in self.judge.lines
            if line["agreement"] == self.judge.agreement
            and line["code"] in component["of"]
            and line["vat"] == vat
            and version in {None, line["version"]}
        ]

    def percentage(self, version: tuple, component: dict) -> None:
        named = self.named(component, version=version[0], vat=version[4]["vat"])
        base = sum((line["amount"] for line in named), Decimal(0))
        if base:
            amount = self.judge.rounder(version[4])(base * Decimal(component["percent"]) / 100)
            first, end = min(line["from"] for line in named), max(line["to"] for line in named)
            exact = Fraction(base) * Fraction(component["percent"]) / 100
            self.judge.add(version, component, first, end - DAY, base, amount, exact=exact)

    def limit(self, version: tuple, component: dict) -> None:
        own = [part for part in self.judge.limits if part[0] is version and part[1] is component]
        if not own:
            return
        limit = sum(part[4] for part in own)
        said = (version, component, min(part[2] for part in own), max(part[3] for part in own), Decimal(1))
        by_days = component.get("proration", "DAYS") == "DAYS"
        named = self.named(component, version=version[0] if by_days else None, vat=version[4]["vat"])
        base = sum((line["amount"] for line in named), Decimal(0))
        if component["kind"] == "minimum" and base < limit:
            self.judge.add(*said, limit - base)
        if component["kind"] == "cap" and base > limit:
            covered, taken = Decimal(0), Decimal(0)
            for category in sorted({line["category"] for line in named}):
                covered += sum(line["amount"] for line in named if line["category"] == category)
                part = self.judge.rounder(version[4])((base - limit) * covered / base) - taken
                taken += part
                if part:
                    self.judge.add(*said, -part, category=category)
