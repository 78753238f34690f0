"""Prices per period, shared out over days so that the parts of a period sum to its whole.

DAYS. In a period of D days, the stretches of one agreement, component, quantity and price are taken in order of time;
the one that brings the days served from c to d is charged
    R(price × quantity × d / D) - R(price × quantity × c / D),   R = the version's rounding.
A first stretch is charged what its days say to anyone with a calculator, and however a month is cut, by suspension,
version or attribute, its stretches sum to the rounded price of all days served, a whole month to the price (I-19).
DAYS_OF_30. The same, but days are counted as if each month had 30: the n-th day of a month later by m stands at
30 × m + n, so a whole month is 30 days of 30 and the parts still sum to it.
FULL and NONE are charged once per agreement and component code: at the price, quantity and version of the first
stretch in the period; FULL when at least one day is served, NONE only when every day is.
"""

from datetime import date, timedelta

import polars as pl

from rachun.engine.billing.frames import (
    are_distinct,
    bounded_quantity,
    inside_range,
    json_of,
    rounded_amount,
    text,
)
from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.components import Proration
from rachun.values.rounding import WIDE

_ONE_PRICE = ["agreement_ix", "component", "quantity", "price_e8", "to_even", "minor_den", "proration"]
_ONCE = ["agreement_ix", "component"]
_DAYS = {Proration.DAYS.value, Proration.DAYS_OF_30.value}
_OF_DAYS = pl.col("proration").is_in(list(_DAYS))
_LENGTH = pl.col("to_day") - pl.col("from_day")


def prorated(rows: pl.DataFrame, *, stretches: Stretches, **explain: pl.Expr) -> pl.DataFrame:
    """Price stretches in the period.

    rows: columns of Stretches.in_period and components_of, with price_e8, proration, quantity (Int64 micro).
    Adds amount and inputs: days, days_in_period, days_counted and of_days (as the proration counts them), days_before
    (counted and charged at the same price already), proration, vat, numerator and denominator of the unrounded amount
    in minor units, and what `explain` adds.
    """
    rules = set(rows["proration"].unique())
    counted, of_days = _counting(rules, stretches=stretches)
    known = rows.join(stretches.versions, on="version_ix", maintain_order="left").with_columns(
        quantity=bounded_quantity("quantity"), days=_LENGTH, counted=counted, of_days=of_days
    )
    parts = [_by_days(known.filter(_OF_DAYS) if rules - _DAYS else known, stretches=stretches)]
    if rules - _DAYS:
        parts.append(_whole(known.filter(~_OF_DAYS), stretches=stretches))
    priced = _worth_a_line(pl.concat(parts))
    facts = {name: pl.col(name) for name in ("days", "days_before", "proration", "vat")}
    return priced.with_columns(
        unit_price_e8=pl.col("price_e8"),
        inputs=json_of(
            **facts,
            days_in_period=pl.lit(stretches.days),
            days_counted=pl.col("counted"),
            of_days=pl.col("of_days"),
            numerator=text(pl.col("num")),
            denominator=text(pl.col("den")),
            **explain,
        ),
    )


def _worth_a_line(priced: pl.DataFrame) -> pl.DataFrame:
    """Without those of no quantity or no price; a quantity that is null is one that overflowed."""
    quantities, prices = priced["quantity"], priced["price_e8"]
    if not quantities.null_count() and inside_range(quantities, least=1) and inside_range(prices, least=1):
        return priced
    return priced.filter((pl.col("quantity") != 0) | pl.col("quantity").is_null(), pl.col("price_e8") != 0)


def _by_days(rows: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    per_day = pl.col("quantity") * pl.col("price_e8").cast(WIDE)
    den = pl.col("minor_den").cast(WIDE) * pl.col("of_days").cast(WIDE)
    num = per_day * pl.col("counted").cast(WIDE)
    if stretches.is_uncut and are_distinct(rows, by=_ONCE):
        none_before = pl.lit(0, pl.Int64)  # nothing of a component was charged before its only row
        return rows.with_columns(
            served="counted", days_before=none_before, amount=rounded_amount(num=num, den=den), num=num, den=den
        )
    served = rows.with_columns(served=pl.col("counted").cum_sum().over(_ONE_PRICE, order_by="from_day"))
    days_before = pl.col("served") - pl.col("counted")
    upto = rounded_amount(num=per_day * pl.col("served").cast(WIDE), den=den)
    before = rounded_amount(num=per_day * days_before.cast(WIDE), den=den)
    return served.with_columns(days_before=days_before, amount=upto - before, num=num, den=den)


def _counting(rules: set[str], *, stretches: Stretches) -> tuple[pl.Expr, pl.Expr]:
    """(the days of a stretch as its proration counts them, those of the whole period)."""
    whole = pl.lit(stretches.days, pl.Int64)
    if Proration.DAYS_OF_30.value not in rules:
        return _LENGTH, whole
    start, end = (date(1970, 1, 1) + timedelta(days=day) for day in (stretches.start, stretches.end))
    months = max(1, (end.year - start.year) * 12 + end.month - start.month)
    of_30 = pl.col("proration") == Proration.DAYS_OF_30.value

    def place(name: str) -> pl.Expr:
        day = pl.col(name).cast(pl.Int32).cast(pl.Date)
        month = day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64)
        at = (month - (start.year * 12 + start.month)) * 30 + day.dt.day().cast(pl.Int64) - start.day
        at = at.clip(0, 30 * months)
        return pl.when(pl.col(name) == stretches.end).then(30 * months).otherwise(at)

    counted = pl.when(of_30).then(place("to_day") - place("from_day")).otherwise(_LENGTH)
    return counted, pl.when(of_30).then(30 * months).otherwise(whole).cast(pl.Int64)


def _whole(rows: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    keys = ["agreement_ix", "component"]
    first = rows.sort("agreement_ix", "component", "from_day").with_columns(
        days=pl.col("days").sum().over(keys), to_day=pl.col("to_day").max().over(keys)
    )
    first = first.unique(keys, keep="first", maintain_order=True)
    first = first.filter((pl.col("proration") == Proration.FULL.value) | (pl.col("days") == stretches.days))
    num, den = pl.col("quantity") * pl.col("price_e8").cast(WIDE), pl.col("minor_den").cast(WIDE)
    return first.with_columns(
        counted=pl.col("days"),
        of_days=pl.lit(stretches.days, pl.Int64),
        served=pl.col("days"),
        days_before=pl.lit(0, pl.Int64),
        amount=rounded_amount(num=num, den=den),
        num=num,
        den=den,
    )
