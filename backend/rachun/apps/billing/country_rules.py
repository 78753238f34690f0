"""What the seller's country says about a bill: tax rates, how tax is rounded, how its numbers look."""

from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal, TypedDict

import polars as pl

from rachun.apps.agreements.selectors.pricing import known
from rachun.apps.catalog.models import OwnTaxRate
from rachun.apps.identity.models import LegalEntity
from rachun.countries.loader import load_pack
from rachun.engine.billing.snapshot import TAX_RATES
from rachun.values.quantity import MICRO

BILL_SERIES = "BILL"
BEGINNING = date(1900, 1, 1)


def tax_rates(*, entity: LegalEntity, known_until: datetime) -> pl.DataFrame:
    """Columns of TAX_RATES: those of the country, and the enterprise's own of categories that its pack leaves open.

    A category on which no tax is charged has the rate 0.
    """
    pack = load_pack(entity.country_pack)
    rows: list[tuple[Any, ...]] = [
        (rate.category, int((rate.percent or 0) * MICRO), rate.valid_from or BEGINNING, rate.valid_to)
        for rate in pack.tax_rates
    ]
    if {category for category, *_ in rows} != set(pack.tax_categories):
        rows += own_tax_rates(entity=entity, known_until=known_until)
    return pl.DataFrame(rows, schema=dict(TAX_RATES), orient="row")


def own_tax_rates(*, entity: LegalEntity, known_until: datetime) -> list[tuple[Any, ...]]:
    """Rows of TAX_RATES; each lasts until the next of its category."""
    told = OwnTaxRate.objects.filter(known(until=known_until), legal_entity=entity)
    found = list(told.order_by("category", "valid_from").values_list("category", "percent", "valid_from"))
    ends = [after[2] if after[0] == this[0] else None for this, after in pairwise([*found, ("", 0, None)])]
    return [
        (category, int(percent * MICRO), start, end)
        for (category, percent, start), end in zip(found, ends, strict=True)
    ]


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
