"""One subscriber, one plan, one period: what a case needs to be priced by the production engine.

The engine holds quantities to six decimals and prices to eight. A case with more is stated in smaller units (`Units`):
thousandths of a unit, thousandths of a currency unit; what the engine answers is given back in those of the case.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import polars as pl
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import (
    AGREEMENTS,
    ASSIGNMENTS,
    ATTRIBUTES,
    CONSUMPTION,
    DELIVERIES,
    TAX_RATES,
    USAGE,
    Snapshot,
)
from rachun.engine.tariffs.schema import load_tariff
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.period import Period

MONTH: Final = Period.month(year=2026, month=4)
LONG_AGO: Final = date(1900, 1, 1)
EXEMPT: Final = "EXEMPT"
POSTING: Final = {"posting_code": "REV"}
_QUANTITY_DECIMALS: Final = 6
_PRICE_DECIMALS: Final = 8
_MINOR: Final = 100


class NotPriced(Exception):
    """The engine refused the account, with its codes."""


def decimal(value: Any) -> Decimal:
    """A number or a numeric string of a case file, exactly."""
    return Decimal(str(value))


def plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals(values: Iterable[Decimal]) -> int:
    """How many decimals the most exact of the values has."""
    return max((len(plain(value).partition(".")[2]) for value in values), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Powers of ten by which quantities and prices are stated larger than in the case."""

    quantity: int = 0
    price: int = 0

    @classmethod
    def holding(cls, *, quantities: Iterable[Decimal], prices: Iterable[Decimal], whole_minor: bool = False) -> Units:
        """Units in which nothing is lost; whole_minor: nor when every line is rounded to minor units."""
        quantity, unit = decimals(quantities), decimals(prices)
        finer = max(0, quantity - _QUANTITY_DECIMALS)
        price_power = max(0, unit - _PRICE_DECIMALS)
        if whole_minor:
            price_power = max(price_power, unit + quantity - finer - 2, 0)
        return cls(quantity=finer, price=price_power)

    def quantity_text(self, value: Decimal) -> str:
        return plain(value.scaleb(self.quantity))

    def price_text(self, value: Decimal) -> str:
        """A price per unit, which a smaller unit leaves as it is: the answer is divided instead."""
        return plain(value.scaleb(self.price))

    def flat_text(self, value: Decimal) -> str:
        return plain(value.scaleb(self.price + self.quantity))

    def given_back(self, amount: Fraction) -> Fraction:
        return amount * Fraction(1, int(Decimal(1).scaleb(self.quantity + self.price)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """What the subscriber did in the period, in the desk's units."""

    components: Sequence[Mapping[str, Any]]
    consumption: Mapping[str, Decimal] = field(default_factory=dict)
    deliveries: Sequence[tuple[str, Decimal]] = ()
    attributes: Sequence[tuple[str, Decimal, date, date | None]] = ()
    period: Period = MONTH
    service_from: date = LONG_AGO
    service_to: date | None = None
    tax_rates: Mapping[str, Decimal] = field(default_factory=lambda: {EXEMPT: Decimal(0)})
    tax_rounding: Any = "LINE"
    taxed: str = "ROUNDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What came: `exact` before and the minor units after rounding; the charges, line by line."""

    exact: Fraction
    net_minor: int
    tax_minor: int
    charges: pl.DataFrame


def bill_of(subscriber: Subscriber) -> Bill:
    """Price a subscriber. Raises NotPriced with the engine's refusals, TariffInvalid with those of the schema."""
    answer = price(_snapshot(subscriber))
    if answer.refusals.height:
        raise NotPriced("; ".join(f"{row['code']} {row['params']}" for row in answer.refusals.iter_rows(named=True)))
    charges = answer.charges
    exact = sum((_unrounded(inputs) for inputs in charges["inputs"]), Fraction())
    return Bill(
        exact=exact,
        net_minor=int(charges["net_minor"].sum()),
        tax_minor=int(charges["tax_minor"].sum()),
        charges=charges,
    )


def _unrounded(inputs: str) -> Fraction:
    told = json.loads(inputs)
    return Fraction(int(told["numerator"]), int(told["denominator"])) / _MINOR


def _snapshot(subscriber: Subscriber) -> Snapshot:
    document = {
        "currency": "UAH",
        "vat": "ON_TOP",
        "taxed": subscriber.taxed,
        "components": list(subscriber.components),
    }
    version = VersionInForce(
        version_ix=0, plan_ix=0, valid_from=LONG_AGO, valid_to=None, tariff=load_tariff(document=document)
    )
    period = subscriber.period
    used = [
        (ix, 0, register, period.start, period.end, _micro(quantity), "MEASURED")
        for ix, (register, quantity) in enumerate(subscriber.consumption.items())
    ]
    delivered = [(ix, 0, item, period.start, _micro(q)) for ix, (item, q) in enumerate(subscriber.deliveries)]
    rates = [(category, _micro(rate), LONG_AGO, None) for category, rate in subscriber.tax_rates.items()]
    return Snapshot(
        period=period,
        agreements=_frame([(0, 0, subscriber.service_from, subscriber.service_to)], AGREEMENTS),
        assignments=_frame([(0, 0, LONG_AGO, None)], ASSIGNMENTS),
        versions=[version],
        attributes=_frame([(0, n, _micro(v), a, b) for n, v, a, b in subscriber.attributes], ATTRIBUTES),
        consumption=_frame(used, CONSUMPTION),
        usage=_frame([], USAGE),
        deliveries=_frame(delivered, DELIVERIES),
        tax_rates=_frame(rates, TAX_RATES),
        tax_date=period.start,
        tax_rounding=subscriber.tax_rounding,
    )


def _micro(value: Decimal) -> int:
    scaled = Fraction(value) * 10**_QUANTITY_DECIMALS
    if scaled.denominator != 1:
        raise NotPriced(f"more than {_QUANTITY_DECIMALS} decimals: {value}")
    return int(scaled)


def _frame(rows: list[tuple[Any, ...]], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(columns), orient="row")
