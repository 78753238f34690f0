"""Included minutes: calls take what is left of their bundle in the order they were made."""

from collections.abc import Mapping

import polars as pl

CALLS: Mapping[str, pl.DataType] = {
    "bundle": pl.Int64(),  # number of the bundle, one for each agreement, component and month
    "billed_s": pl.Int64(),
    "included_s": pl.Int64(),  # what the tariff of the call's day includes
    "used_s": pl.Int64(),  # what earlier batches took of the bundle
}


def cover_calls(*, calls: pl.DataFrame) -> pl.Series:
    """covered_s beside `calls` (columns of CALLS, in call order): of each call's billed seconds, what its bundle pays.

    A call that meets the end of a bundle is covered from its start as far as the bundle goes.
    """
    exact = calls.select(pl.col(name).cast(dtype) for name, dtype in CALLS.items())
    upto = pl.col("used_s") + pl.col("billed_s").cum_sum().over("bundle")
    before = upto - pl.col("billed_s")
    reached = [pl.min_horizontal(seconds, "included_s") for seconds in (upto, before)]
    covered = pl.max_horizontal(reached[0] - reached[1], pl.lit(0))
    return exact.select(covered_s=covered)["covered_s"]
