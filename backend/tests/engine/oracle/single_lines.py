"""One component alone in a month, and what it must come to: a fraction of its price and its quantity."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import Priced
from worked import APRIL, MARCH, fixed, metered, tariff, world

LONG_AGO = date(2025, 1, 1)
PRICE_MAX = 10**17 - 1  # hundred-millionths
MINOR = 10**12  # quantity × price in one minor unit


@dataclass(frozen=True)
class Case:
    """exact: minor units, before they are rounded."""

    answer: Priced
    exact: Fraction


def month(component: dict[str, Any], *, vat: str = "ON_TOP", **more: Any) -> Priced:
    return price(snapshot_of(world((LONG_AGO, tariff({"posting_code": "REV", **component}, vat=vat)), **more)))


def said(value: int, places: int) -> str:
    return f"{Decimal(value).scaleb(-places):f}"


def used(quantity: int, register: str = "VT") -> list[tuple]:
    return [(0, 7, register, MARCH, APRIL, Decimal(quantity).scaleb(-6), "MEASURED")]


def of_fixed(quantity: int, rate: int, **more: Any) -> Case:
    return Case(month(fixed(said(rate, 8)), **more), Fraction(10**6 * rate, MINOR))


def of_days(quantity: int, rate: int, **more: Any) -> Case:
    """20 of 31 days."""
    served = [(7, 3, date(2026, 3, 12), None)]
    answer = month(fixed(said(rate, 8)), agreements=served, **more)
    return Case(answer, Fraction(10**6 * rate * 20, MINOR * 31))


def of_attribute(quantity: int, rate: int, **more: Any) -> Case:
    component = {"code": "power", "kind": "per_attribute", "attribute": "kw", "price": said(rate, 8)}
    attributes = [(7, "kw", Decimal(quantity).scaleb(-6), LONG_AGO, None)]
    return Case(month(component, attributes=attributes, **more), Fraction(quantity * rate, MINOR))


def of_metered(quantity: int, rate: int, **more: Any) -> Case:
    component = metered(("VT", [{"price": said(rate, 8)}]))
    return Case(month(component, consumption=used(quantity), **more), Fraction(quantity * rate, MINOR))


def of_package(quantity: int, rate: int, **more: Any) -> Case:
    component = metered(("VT", [{"price": said(rate, 8), "package": "1000"}]))
    packages = -(-quantity // 10**9) * 10**6
    return Case(month(component, consumption=used(quantity), **more), Fraction(packages * rate, MINOR))


def of_item(quantity: int, rate: int, **more: Any) -> Case:
    component = {"code": "join", "kind": "one_off", "item": "join", "unit": "pc", "price": said(rate, 8)}
    delivered = [(0, 7, "join", MARCH, Decimal(quantity).scaleb(-6))]
    answer = month(component | {"maximum": said(PRICE_MAX, 8)}, deliveries=delivered, **more)
    return Case(answer, Fraction(min(quantity * rate, 10**6 * PRICE_MAX), MINOR))


def of_data(quantity: int, rate: int, **more: Any) -> Case:
    component = {"code": "net", "kind": "data", "item": "octets", "unit": "GB", "blocks": [{"price": said(rate, 8)}]}
    delivered = [(0, 7, "octets", MARCH, Decimal(quantity).scaleb(-6))]
    return Case(month(component, deliveries=delivered, **more), Fraction(quantity * rate, MINOR))


def of_capacity(quantity: int, rate: int, **more: Any) -> Case:
    tiers = [{"price": "1", "limits": {"KW": "0"}}, {"price": said(rate, 8)}]
    component = {"code": "peak", "kind": "capacity", "tiers": tiers}
    answer = month(component, consumption=used(quantity, register="KW"), **more)
    return Case(answer, Fraction(10**6 * (rate if quantity else 10**8), MINOR))


def of_traffic(quantity: int, rate: int, **more: Any) -> Case:
    """The quantity is seconds; what the calls came to is the price in millionths."""
    component = {"code": "calls", "kind": "traffic", "destination_table": "deck"}
    usage = [(7, "calls", "Ukraine", MARCH, Decimal(quantity).scaleb(-6), 1, Decimal(rate).scaleb(-6))]
    return Case(month(component, usage=usage, **more), Fraction(rate, 10**4))


KINDS: dict[str, Callable[..., Case]] = {
    "fixed": of_fixed,
    "fixed by days": of_days,
    "per_attribute": of_attribute,
    "metered": of_metered,
    "metered in packages": of_package,
    "one_off": of_item,
    "data": of_data,
    "capacity": of_capacity,
    "traffic": of_traffic,
}
