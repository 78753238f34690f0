"""True-up: consumption that was billed by estimate is taken back when a later reading disproves it.

Both sides of a true-up go through the same price, metered or of reactive energy. What was billed then
(`reversed_consumption`) is priced as it was: by the version and the window of its days. Its lines come back negative,
beside the lines of what the readings say now. So blocks, versions and prorated bounds of each past window are applied
to its whole old and its whole new quantity, and the bill takes the difference. Lines that are equal on both sides say
nothing and leave out each other.

The caller gives both sides of a window whole: a span measured before and after the estimate stands on either side.
"""

from collections.abc import Callable, Sequence

import polars as pl

from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.selection import VersionInForce

_SAME = ["account_ix", "agreement_ix", "version_ix", "component_no", "register", "block_no", "from_day", "to_day"]
_WORTH = ["quantity", "amount"]
PriceOfUse = Callable[..., tuple[pl.DataFrame, pl.DataFrame]]


def trued_up(
    *,
    lines: pl.DataFrame,
    price: PriceOfUse,
    stretches: Stretches,
    versions: Sequence[VersionInForce],
    reversed_consumption: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(lines with the reversed ones beside them, refusals, what was billed). lines: what `price` made of this bill's
    consumption.
    """
    then, refusals = price(stretches=stretches, versions=versions, consumption=reversed_consumption)
    # What was billed covers past days only; that it leaves days of this period open is no fault of it.
    refusals = refusals.filter(pl.col("code") != "MISSING_CONSUMPTION")
    keys = [*_SAME, *_WORTH]
    now_only = lines.join(then, on=keys, how="anti", nulls_equal=True, maintain_order="left")
    then_only = then.join(lines, on=keys, how="anti", nulls_equal=True, maintain_order="left")
    negative = then_only.with_columns(pl.col(name) * -1 for name in (*_WORTH, "num"))
    return pl.concat([now_only, negative]), refusals, then
