"""Included minutes: calls take what is left of their bundle in the order they were made."""

from collections.abc import Mapping

import polars as pl

from rachun.engine.rating.running import covered_in_order

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
    bundle, billed, included, used = (column.to_numpy() for column in exact)
    return pl.Series("covered_s", covered_in_order(bundle=bundle, billed_s=billed, held_s=included, used_s=used))
