"""Tax of the lines, at the rates of the tax date, rounded half up.

ON_TOP: tax = amount × rate, gross = net + tax. INSIDE: tax = amount × rate / (100 + rate), net = amount - tax.
LINE rounds each line. GROUP rounds once per account × tax category × rate × VAT mode; the lines are rounded alone and
the largest of them (the first of equals) takes the difference, so lines always sum to the group. Lines of a version
that is `taxed` EXACT stand outside of groups: the tax of each is taken of its amount before rounding, and rounded once.
"""

from typing import Literal

import polars as pl

from rachun.engine.billing.frames import AMOUNT_MAX, all_refusals, checked, inside_range, refused
from rachun.engine.billing.snapshot import TAX_RATES, Snapshot, SnapshotInvalid
from rachun.engine.tariffs.components import VatMode
from rachun.values.rounding import WIDE, half_up_expr

_WHOLE = 100 * 10**6  # 100 % in micro percent
_GROUP = ["account_ix", "tax_category", "tax_rate_micro", "vat"]


def with_tax(lines: pl.DataFrame, *, snapshot: Snapshot) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines with tax_rate_micro, net, tax, gross; refusals). lines: LINES in their order, with vat and tax_exact."""
    rated, refusals = _sound(lines.join(_rates(snapshot), on="tax_category", how="left", maintain_order="left"))
    taxed = _taxed(rated, rounding=snapshot.tax_rounding)
    inside, amount = pl.col("vat") == VatMode.INSIDE.value, pl.col("amount")
    gross = pl.when(inside).then(amount).otherwise(amount + pl.col("tax"))
    return taxed.with_columns(gross=gross, net=gross - pl.col("tax")), refusals


def _sound(rated: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines with a rate and an amount in range; refusals of the others)."""
    amounts = rated["amount"]
    nulls = rated["tax_rate_micro"].null_count() + amounts.null_count()
    if not nulls and inside_range(amounts, least=-AMOUNT_MAX, most=AMOUNT_MAX):
        return rated, all_refusals([])
    unrated = pl.col("tax_rate_micro").is_null()
    sound = pl.col("amount").is_between(-AMOUNT_MAX, AMOUNT_MAX).fill_null(value=False)
    refusals = [
        refused(rated.filter(unrated), code="NO_TAX_RATE", tax_category=pl.col("tax_category")),
        refused(rated.filter(~sound), code="OVERFLOW", component=pl.col("component")),
    ]
    return rated.filter(sound & ~unrated), all_refusals(refusals)


def _rates(snapshot: Snapshot) -> pl.DataFrame:
    """tax_category, tax_rate_micro on the tax date; there are few, so they are looked through one by one."""
    rows = checked(snapshot.tax_rates, columns=TAX_RATES, name="tax_rates").rows()
    day = snapshot.tax_date
    ruling = [
        (category, rate) for category, rate, since, until in rows if since <= day and (until is None or day < until)
    ]
    if len({category for category, _ in ruling}) < len(ruling):
        raise SnapshotInvalid(f"tax_rates: two rates of one category on {day}")
    return pl.DataFrame(ruling, schema={"tax_category": pl.String, "tax_rate_micro": pl.Int64}, orient="row")


def _share() -> tuple[pl.Expr, pl.Expr]:
    """Tax is amount × rate / whole."""
    rate = pl.col("tax_rate_micro").cast(WIDE)
    inside = pl.col("vat") == VatMode.INSIDE.value
    return rate, pl.when(inside).then(rate + _WHOLE).otherwise(pl.lit(_WHOLE, WIDE))


def _tax_of(amount: pl.Expr) -> pl.Expr:
    rate, whole = _share()
    return half_up_expr(num=amount.cast(WIDE) * rate, den=whole)


def _tax_of_exact() -> pl.Expr:
    """The tax of num / den. Whole minor units and the rest are taxed apart, so that no product leaves 128 bits."""
    rate, whole = _share()
    den = pl.when(pl.col("num").is_null()).then(pl.lit(1, WIDE)).otherwise(pl.col("den"))
    num = pl.coalesce(pl.col("num"), pl.col("amount").cast(WIDE))
    units = num.abs() // den
    taxed = units * rate
    rest = (taxed % whole) * den + (num.abs() - units * den) * rate
    return num.sign() * (taxed // whole + half_up_expr(num=rest, den=den * whole))


def _taxed(lines: pl.DataFrame, *, rounding: Literal["LINE", "GROUP"]) -> pl.DataFrame:
    alone = lines.with_columns(tax=_tax_of(pl.col("amount")))
    if lines["tax_exact"].any():
        alone = alone.with_columns(tax=pl.when("tax_exact").then(_tax_of_exact()).otherwise(pl.col("tax")))
    if rounding == "LINE":
        return alone
    sums = (
        alone.with_row_index("line")
        .group_by(*_GROUP, "tax_exact")
        .agg(pl.col("amount", "tax").sum(), largest=pl.col("line").get(pl.col("amount").abs().arg_max()))
    )
    rest = pl.when("tax_exact").then(0).otherwise(_tax_of(pl.col("amount")) - pl.col("tax"))
    rests = sums.select("largest", rest=rest).filter(pl.col("rest") != 0)
    tax = alone["tax"]
    return alone.with_columns(tax.scatter(rests["largest"], tax.gather(rests["largest"]) + rests["rest"]))
