"""Rounding of exact fractions: to integers, of decimals, and over columns. Nothing else in the system rounds.

HALF_UP is half away from zero, as the laws and PostgreSQL's `round(numeric)` have it. Denominators are positive.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

WIDE = pl.Int128()
MODES = ("HALF_UP", "HALF_EVEN", "UP", "DOWN")


def half_up(*, num: int, den: int) -> int:
    """num/den to the nearest integer, halves away from zero."""
    whole, rest = divmod(num, den)
    return whole + (2 * rest > den or (2 * rest == den and num > 0))


def half_even(*, num: int, den: int) -> int:
    """num/den to the nearest integer, halves to the even one."""
    whole, rest = divmod(num, den)
    return whole + (2 * rest > den or (2 * rest == den and whole % 2 == 1))


def half_up_decimal(*, value: Decimal, exponent: int) -> Decimal:
    """Value with `exponent` decimals, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-exponent), ROUND_HALF_UP)


def half_even_decimal(*, value: Decimal, exponent: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-exponent), ROUND_HALF_EVEN)


def rounded_expr(*, num: pl.Expr, den: pl.Expr, to_even: pl.Expr) -> pl.Expr:
    """Column of num/den to the nearest integer as Int128; halves go to the even one where `to_even`, else away from 0.

    |num| must stay below 2^127 and den below 2^126; the caller bounds the answer before casting it down.
    """
    num, den = num.cast(WIDE), den.cast(WIDE)
    whole = num // den
    return whole + _goes_up(num, den, whole=whole, half=pl.when(to_even).then(whole % 2 != 0).otherwise(num > 0))


def half_up_expr(*, num: pl.Expr, den: pl.Expr) -> pl.Expr:
    num, den = num.cast(WIDE), den.cast(WIDE)
    whole = num // den
    return whole + _goes_up(num, den, whole=whole, half=num > 0)


def _goes_up(num: pl.Expr, den: pl.Expr, *, whole: pl.Expr, half: pl.Expr) -> pl.Expr:
    """1 where the rest is over a half, or is one and `half` says so.

    Whole numbers let one comparison tell both. Each mention of num and den is computed again, so they are few.
    """
    return ((num - whole * den) * 2 + half.cast(WIDE) > den).cast(WIDE)


def half_even_expr(*, num: pl.Expr, den: pl.Expr) -> pl.Expr:
    return rounded_expr(num=num, den=den, to_even=pl.lit(value=True))


def spread(*, total: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total` by weight, each rounded half up, that sum to it; what is left over goes to the heaviest.

    Ties go to the first of the heaviest. Raises ValueError without a positive weight.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError(f"nothing to spread over: {weights}")
    parts = [half_up(num=total * weight, den=whole) for weight in weights]
    heaviest = weights.index(max(weights))
    parts[heaviest] += total - sum(parts)
    return parts


def rounded_array(*, num: npt.NDArray[Any], den: npt.NDArray[Any], mode: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """num/den to whole numbers, each as its place in MODES says: UP is towards +infinity, DOWN towards zero.

    Arrays of int64 must leave 2 × den below 2^63; arrays of Python integers have no bound.
    """
    whole = num // den
    rest = num - whole * den
    twice = rest * 2
    is_half, is_more = (twice == den).astype(np.bool_), (twice > den).astype(np.bool_)
    is_positive, is_odd = (num > 0).astype(np.bool_), (whole % 2 != 0).astype(np.bool_)
    goes_up = np.choose(
        mode,
        [
            is_more | (is_half & is_positive),
            is_more | (is_half & is_odd),
            (rest > 0).astype(np.bool_),
            (rest > 0).astype(np.bool_) & ~is_positive,
        ],
    )
    return np.asarray(whole + goes_up)
