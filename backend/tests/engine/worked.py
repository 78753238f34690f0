"""A small world to work examples by hand in: one agreement, March 2026, one plan."""

from datetime import date
from decimal import Decimal
from typing import Any

from oracle.pricing import World
from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import Priced

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
ENERGY = [{"upto": "100", "price": "0.10"}, {"price": "0.20"}]


def metered(*registers: tuple[str, list[dict[str, str]]], **more: Any) -> dict[str, Any]:
    priced = [{"register": name, "blocks": blocks} for name, blocks in registers]
    return {"code": "energy", "kind": "metered", "unit": "kWh", "registers": priced, "posting_code": "REV", **more}


def fixed(amount: str, **more: Any) -> dict[str, Any]:
    return {"code": "fee", "kind": "fixed", "price": amount, "posting_code": "REV", **more}


def tariff(*components: dict[str, Any], vat: str = "ON_TOP") -> dict[str, Any]:
    return {"currency": "BAM", "vat": vat, "components": list(components)}


def world(*documents: tuple[date, dict[str, Any]], **more: Any) -> World:
    ends = [start for start, _ in documents[1:]] + [None]
    versions = [(ix, 1, a, b, document) for ix, ((a, document), b) in enumerate(zip(documents, ends, strict=True))]
    made = World(start=MARCH, end=APRIL, versions=versions, tax_rates={"STANDARD": Decimal(17)})
    made.agreements = [(7, 3, date(2025, 1, 1), None)]
    made.assignments = [(7, 1, date(2025, 1, 1), None)]
    for name, value in more.items():
        setattr(made, name, value)
    return made


def priced(made: World) -> Priced:
    return price(snapshot_of(made))


def money(answer: Priced, *columns: str) -> list[tuple]:
    return answer.charges.select(columns or ("net_minor", "tax_minor", "gross_minor")).rows()


def codes(answer: Priced) -> list[str]:
    return answer.refusals["code"].to_list()
