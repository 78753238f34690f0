"""Prices per period, shared out over days so that the parts of a period sum to its whole.

DAYS. In a period of D days, the stretches of one agreement, component, quantity and price are taken in order of time;
the one that brings the days served from c to d is charged
    R(price × quantity × d / D) - R(price × quantity × c / D),   R = the version's rounding.
A first stretch is charged what its days say to anyone with a calculator, and however a month is cut, by suspension,
version or attribute, its stretches sum to the rounded price of all days served, a whole month to the price (I-19).
FULL and NONE are charged once per agreement and component code: at the price, quantity and version of the first
stretch in the period; FULL when at least one day is served, NONE only when every day is.
"""

import polars as pl

from rachun.engine.billing.frames import bounded_quantity, json_of, rounded_amount, text
from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.components import Proration
from rachun.values.rounding import WIDE

_ONE_PRICE = ["agreement_ix", "component", "quantity", "price_e8", "to_even", "minor_den"]


def prorated(rows: pl.DataFrame, *, stretches: Stretches, **explain: pl.Expr) -> pl.DataFrame:
    """Price stretches in the period.

    rows: columns of Stretches.in_period and components_of, with price_e8, proration, quantity (Int64 micro).
    Adds amount and inputs: days, days_before (charged at the same price already), days_in_period, proration, vat,
    numerator and denominator of the unrounded amount in minor units, and what `explain` adds.
    """
    priced = rows.join(stretches.versions, on="version_ix", maintain_order="left").with_columns(
        quantity=bounded_quantity("quantity"), days=pl.col("to_day") - pl.col("from_day")
    )
    by_days = priced.filter(pl.col("proration") == Proration.DAYS.value)
    whole = priced.filter(pl.col("proration") != Proration.DAYS.value)
    parts = [_by_days(by_days, stretches=stretches)]
    if whole.height:
        parts.append(_whole(whole, stretches=stretches))
    priced = pl.concat(parts).filter((pl.col("quantity") != 0) | pl.col("quantity").is_null(), pl.col("price_e8") != 0)
    facts = {name: pl.col(name) for name in ("days", "days_before", "proration", "vat")}
    return priced.with_columns(
        unit_price_e8=pl.col("price_e8"),
        inputs=json_of(
            **facts,
            days_in_period=pl.lit(stretches.days),
            numerator=text(pl.col("num")),
            denominator=text(pl.col("den")),
            **explain,
        ),
    )


def _by_days(rows: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    per_day = pl.col("quantity") * pl.col("price_e8").cast(WIDE)
    den = pl.col("minor_den").cast(WIDE) * stretches.days
    served = pl.col("days").cum_sum().over(_ONE_PRICE, order_by="from_day")
    counted = rows.with_columns(served=served, days_before=served - pl.col("days"))
    upto = rounded_amount(num=per_day * pl.col("served").cast(WIDE), den=den)
    before = rounded_amount(num=per_day * pl.col("days_before").cast(WIDE), den=den)
    charged = counted.with_columns(amount=upto - before, num=per_day * pl.col("days").cast(WIDE), den=den)
    return charged.drop("served")


def _whole(rows: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    keys = ["agreement_ix", "component"]
    first = rows.sort("agreement_ix", "component", "from_day").with_columns(
        days=pl.col("days").sum().over(keys), to_day=pl.col("to_day").max().over(keys)
    )
    first = first.unique(keys, keep="first", maintain_order=True)
    first = first.filter((pl.col("proration") == Proration.FULL.value) | (pl.col("days") == stretches.days))
    num, den = pl.col("quantity") * pl.col("price_e8").cast(WIDE), pl.col("minor_den").cast(WIDE)
    return first.with_columns(
        days_before=pl.lit(0, pl.Int64), amount=rounded_amount(num=num, den=den), num=num, den=den
    )
