"""The net amounts of a bill, rounded once for more than a line: per tax group or for the whole bill.

LINE: each line stands as it was rounded. GROUP: once per account × tax category; BILL: once per account. The exact
amounts of a group are summed and rounded by the rounding of their versions, and the largest line (the first of equals)
takes what the rounded lines differ by, so printed lines always sum to the group. Lines priced with VAT inside and on
top, half up and half even are groups of their own: one sum cannot be rounded two ways.

What is taken of other lines (allowance, percentage, minimum, cap, benefit) is taken of lines as they stand alone, so
this comes after them and before tax.

A line that takes a difference says so in inputs: rest_minor, and rest_of (GROUP or BILL).
"""

from fractions import Fraction
from typing import Literal

import polars as pl

from rachun.values.rounding import WIDE, half_even, half_up

NetRounding = Literal["LINE", "GROUP", "BILL"]
_GROUPS = {
    "GROUP": ["account_ix", "tax_category", "vat", "to_even"],
    "BILL": ["account_ix", "vat", "to_even"],
}


def rounded_together(lines: pl.DataFrame, *, rounding: NetRounding) -> pl.DataFrame:
    """lines: LINES in their final order, with vat and to_even. Their order stays."""
    if rounding == "LINE" or lines.is_empty():
        return lines
    keyed = lines.with_row_index("place")
    rests = _rests(keyed, keys=_GROUPS[rounding])
    joined = keyed.join(rests, on="place", how="left", maintain_order="left")
    told = pl.format(',"rest_minor":"{}","rest_of":"{}"}}', pl.col("rest"), pl.lit(rounding))
    said = pl.concat_str(pl.col("inputs").str.head(-1), told)
    moved = pl.col("rest").is_not_null()
    whole = pl.col("num").is_null()
    return joined.with_columns(
        num=pl.coalesce(pl.col("num"), pl.col("amount").cast(WIDE)),  # what is exact does not change with the amount
        den=pl.when(whole).then(pl.lit(1, WIDE)).otherwise(pl.col("den")),
        amount=pl.col("amount") + pl.col("rest").fill_null(0),
        inputs=pl.when(moved).then(said).otherwise(pl.col("inputs")),
    ).drop("place", "rest")


def _rests(keyed: pl.DataFrame, *, keys: list[str]) -> pl.DataFrame:
    """place, rest: which line takes how much; groups that come out even are left out."""
    den = pl.when(pl.col("num").is_null()).then(pl.lit(1, WIDE)).otherwise(pl.col("den"))
    num = pl.coalesce(pl.col("num"), pl.col("amount").cast(WIDE))
    parts = keyed.with_columns(den=den, whole=num // den).with_columns(part=num - pl.col("whole") * den)
    sums = parts.group_by(*keys, "den", maintain_order=True).agg(pl.col("part").sum())
    exact: dict[tuple[object, ...], Fraction] = {}
    for *key, divisor, part in sums.filter(pl.col("part") != 0).iter_rows():
        exact[tuple(key)] = exact.get(tuple(key), Fraction(0)) + Fraction(part, divisor)
    largest = parts.sort(pl.col("amount").abs(), "place", descending=[True, False]).group_by(keys, maintain_order=True)
    groups = largest.agg(pl.col("place").first(), pl.col("whole").sum(), pl.col("amount").cast(WIDE).sum())
    found = []
    for *key, place, whole, amount in groups.iter_rows():
        together = whole + exact.get(tuple(key), Fraction(0))
        rounding = half_even if key[-1] else half_up
        if rest := rounding(num=together.numerator, den=together.denominator) - amount:
            found.append((place, rest))
    return pl.DataFrame(found, schema={"place": pl.UInt32(), "rest": WIDE}, orient="row")
