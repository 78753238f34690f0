"""A run against the last one, account by account, for the control sheet: the widest differences come first."""

import polars as pl


def compare_totals(*, before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """account_ix, before_minor, now_minor, difference_minor, change (NEW, ENDED, CHANGED, SAME), widest first.

    before, now: account_ix, gross_minor (as from account_totals).
    """
    both = before.select("account_ix", before_minor=pl.col("gross_minor")).join(
        now.select("account_ix", now_minor=pl.col("gross_minor")), on="account_ix", how="full", coalesce=True
    )
    difference = pl.col("now_minor").fill_null(0) - pl.col("before_minor").fill_null(0)
    change = (
        pl.when(pl.col("before_minor").is_null())
        .then(pl.lit("NEW"))
        .when(pl.col("now_minor").is_null())
        .then(pl.lit("ENDED"))
        .when(difference == 0)
        .then(pl.lit("SAME"))
        .otherwise(pl.lit("CHANGED"))
    )
    framed = both.with_columns(difference_minor=difference, change=change).fill_null(0)
    return framed.sort(pl.col("difference_minor").abs(), "account_ix", descending=[True, False])
