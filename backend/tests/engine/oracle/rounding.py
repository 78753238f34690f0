"""Rounding and tax once more, for the judge: what a bill rounds together, and the tax of its lines, in fractions."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

CENT = Decimal("0.01")


def cents(exact: Fraction, rounding: str) -> Decimal:
    """To the nearest cent; halves away from zero, or to the even cent."""
    size, half = abs(exact) * 100, Fraction(1, 2)
    whole = int(size)
    up = size - whole > half or (size - whole == half and (rounding == "HALF_UP" or whole % 2 == 1))
    return Decimal(whole + up).scaleb(-2) * (-1 if exact < 0 else 1)


def round_together(world: Any, lines: list[dict[str, Any]]) -> None:
    """The exact amounts of a group are rounded once; its largest line takes what the lines differ by."""
    if world.net_rounding == "LINE":
        return
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for line in lines:
        category = line["category"] if world.net_rounding == "GROUP" else ""
        groups[line["account"], category, line["vat"], line["rounding"]].append(line)
    for key, group in groups.items():
        rest = cents(sum(line["exact"] for line in group), key[-1]) - sum(line["amount"] for line in group)
        widest = max(abs(line["amount"]) for line in group)
        largest = min((line for line in group if abs(line["amount"]) == widest), key=_place)
        largest["amount"] += rest


def tax_of(amount: Decimal, rate: Decimal, vat: str) -> Decimal:
    return (amount * rate / (100 + rate if vat == "INSIDE" else 100)).quantize(CENT, ROUND_HALF_UP)


def add_tax(world: Any, lines: list[dict[str, Any]], refusals: set[tuple]) -> None:
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for line in lines:
        if line["category"] not in world.tax_rates:
            refusals.add((line["account"], "NO_TAX_RATE"))
            line |= {"tax": Decimal(0), "net": Decimal(0), "gross": Decimal(0)}
            continue
        line["rate"] = world.tax_rates[line["category"]]
        line["tax"] = tax_of(line["amount"], line["rate"], line["vat"])
        key = (line["account"], line["category"], line["vat"])
        if line["taxed"] == "EXACT":
            rate = Fraction(line["rate"])
            share = rate / (100 + rate if line["vat"] == "INSIDE" else 100)
            line["tax"] = cents(line["exact"] * share, "HALF_UP")
            key = (line["account"], id(line))
        groups[key].append(line)
    for group in groups.values():
        if world.tax_rounding == "GROUP" and group[0]["taxed"] == "ROUNDED":
            whole = tax_of(sum(line["amount"] for line in group), group[0]["rate"], group[0]["vat"])
            widest = max(abs(line["amount"]) for line in group)
            largest = min((line for line in group if abs(line["amount"]) == widest), key=_place)
            largest["tax"] += whole - sum(line["tax"] for line in group)
        for line in group:
            on_top = line["vat"] == "ON_TOP"
            line["gross"] = line["amount"] + line["tax"] if on_top else line["amount"]
            line["net"] = line["gross"] - line["tax"]


def _place(line: dict[str, Any]) -> tuple:
    empty_first = (line["register"] or "", line["block"] or 0, line.get("label", ""), line["category"])
    return (line["agreement"], line["no"], line["from"], line["version"], *empty_first)
