"""Sums of an account that 64 bits would not hold are refused; each line alone is bounded already (AMOUNT_MAX)."""

from typing import Final

import polars as pl

from rachun.engine.billing.frames import all_refusals, inside_range, refused
from rachun.values.rounding import WIDE

SUM_MAX: Final = 10**18  # minor units of all lines of an account, whatever their signs
_MONEY: Final = ("net", "tax", "gross")


def overflowed_sums(lines: pl.DataFrame) -> pl.DataFrame:
    """REFUSALS (OVERFLOW) of the accounts whose lines may leave SUM_MAX. lines: taxed."""
    largest = SUM_MAX // max(lines.height, 1)
    if all(inside_range(lines[name], least=-largest, most=largest) for name in _MONEY):
        return all_refusals([])  # the usual case, without a sum over every account
    size = pl.max_horizontal(pl.col(name).cast(WIDE).abs() for name in _MONEY)
    return refused(lines.filter(size.sum().over("account_ix") > SUM_MAX), code="OVERFLOW")
