"""Block bounds times an attribute of the agreement, for instance persons: so much for each of them.

Where the attribute changes, the consumption is cut like at a change of version, by the same running share of days, and
each value has blocks of its own for its days. Without a value the default of the tariff counts, without one the account
is refused.
"""

from typing import Final

import polars as pl

from rachun.engine.billing.attributes import missing, valued
from rachun.engine.billing.frames import all_refusals, refused
from rachun.values.rounding import WIDE

FACTOR_MAX: Final = 10**12  # a million units: keeps bound × factor × days inside 128 bits


def scaled(
    pieces: pl.DataFrame, *, registers: pl.DataFrame, attributes: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(pieces with factor_micro, null where bounds are not scaled; refusals). pieces: with price_ix.

    registers: price_ix, component, scaled_by, scaled_default_micro.
    """
    unscaled = pieces.with_columns(factor_micro=pl.lit(None, pl.Int64))
    if registers["scaled_by"].null_count() == registers.height:
        return unscaled, all_refusals([])
    asking = registers.filter(pl.col("scaled_by").is_not_null())
    named = asking.select("price_ix", "component", "scaled_default_micro", attribute="scaled_by")
    due = pieces.join(named, on="price_ix").with_columns(piece_from=pl.col("from_day"))
    cut = valued(due, attributes=attributes).with_columns(
        factor_micro=pl.coalesce("value_micro", "scaled_default_micro")
    )
    absent = pl.col("factor_micro").is_null()
    beyond = refused(cut.filter(pl.col("factor_micro") > FACTOR_MAX), code="OVERFLOW", component=pl.col("component"))
    shared = _shared_out(cut).select(unscaled.columns)
    rest = unscaled.join(asking.select("price_ix"), on="price_ix", how="anti")
    return pl.concat([rest, shared]), all_refusals([missing(cut.filter(absent)), beyond])


def _shared_out(cut: pl.DataFrame) -> pl.DataFrame:
    before = pl.col("row_before") + pl.col("from_day") - pl.col("piece_from")
    upto = before + pl.col("to_day") - pl.col("from_day")
    wide, whole = pl.col("quantity_micro").cast(WIDE), pl.col("row_days").cast(WIDE)
    share = wide * upto.cast(WIDE) // whole - wide * before.cast(WIDE) // whole
    return cut.filter(pl.col("factor_micro") <= FACTOR_MAX).with_columns(quantity=share)
