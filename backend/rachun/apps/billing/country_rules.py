"""What the seller's country says about a bill: tax rates, how tax is rounded, how its numbers look."""

from datetime import date
from typing import Literal, TypedDict

import polars as pl

from rachun.countries.loader import load_pack
from rachun.engine.billing.snapshot import TAX_RATES
from rachun.values.quantity import MICRO

BILL_SERIES = "BILL"
BEGINNING = date(1900, 1, 1)


def tax_rates(*, country_pack: str) -> pl.DataFrame:
    """Columns of TAX_RATES; a category on which no tax is charged has the rate 0."""
    rows = [
        (rate.category, int((rate.percent or 0) * MICRO), rate.valid_from or BEGINNING, rate.valid_to)
        for rate in load_pack(country_pack).tax_rates
    ]
    return pl.DataFrame(rows, schema=dict(TAX_RATES), orient="row")


class Roundings(TypedDict):
    """What the bill rounds once: net per line, tax group or bill, tax per line or group."""

    net_rounding: Literal["LINE", "GROUP", "BILL"]
    tax_rounding: Literal["LINE", "GROUP"]


def roundings_on(*, country_pack: str, tax_date: date) -> Roundings:
    """The rule of bills of this tax date: the latest begun by then."""
    rule = [rule for rule in load_pack(country_pack).roundings if rule.valid_from <= tax_date][-1]
    return Roundings(net_rounding=rule.net, tax_rounding=rule.tax)


def number_pattern(*, country_pack: str, kind: str) -> str:
    """The pattern of the numbers of this kind of document."""
    return load_pack(country_pack).number_series[kind].pattern
