"""Sums of charges: per account for the bill and the control sheet, per open item for the books."""

import polars as pl

_MONEY = ("net_minor", "tax_minor", "gross_minor")


def account_totals(*, charges: pl.DataFrame) -> pl.DataFrame:
    """account_ix, lines, net_minor, tax_minor, gross_minor; one row per account, ascending."""
    sums = charges.group_by("account_ix").agg(pl.len().cast(pl.Int64).alias("lines"), pl.col(_MONEY).sum())
    return sums.sort("account_ix")


def tax_summary(*, charges: pl.DataFrame) -> pl.DataFrame:
    """account_ix, tax_category, tax_rate_micro, net_minor, tax_minor, gross_minor: the tax table of a bill."""
    keys = ["account_ix", "tax_category", "tax_rate_micro"]
    return charges.group_by(keys).agg(pl.col(_MONEY).sum()).sort(keys)


def item_totals(*, charges: pl.DataFrame) -> pl.DataFrame:
    """account_ix, agreement_ix, tax_category, net_minor, tax_minor, gross_minor: the open items a bill makes."""
    keys = ["account_ix", "agreement_ix", "tax_category"]
    return charges.group_by(keys).agg(pl.col(_MONEY).sum()).sort(keys)
