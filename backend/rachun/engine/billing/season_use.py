"""Bounds of a whole season that are used up from bill to bill.

The season of an agreement, component and register is one row of units in the order of days. What earlier bills hold of
it (`SEASON_USE`) comes first, less what this bill takes back of it; then the groups of this bill, late ones before
punctual ones, because they are earlier days. A group begins where the one before it ended. What is taken back was the
end of what was billed, so each side of a true-up is laid onto the same beginning. Only what versions priced that use
bounds up counts. On days of no season there is nothing to use up: bounds are those of the window.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from rachun.engine.billing.blocks import USED_BEFORE
from rachun.engine.billing.frames import checked
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.billing.snapshot import SEASON_USE
from rachun.engine.tariffs.components import BoundsPer, Metered
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.rounding import WIDE

_KEY: Final = ["agreement_ix", "component", "register", "season_from"]
_GROUP: Final = ["agreement_ix", "component", "priced_register", "season_from"]


def with_used_before(groups: pl.DataFrame, *, season_use: pl.DataFrame) -> pl.DataFrame:
    """Add used_before, null where bounds are not used up.

    groups: priced groups of metered use, with REGISTERS and from_day. season_use: columns of SEASON_USE.
    """
    known = checked(season_use, columns=SEASON_USE, name="season_use")
    begun = known.rename({"register": "priced_register"}).group_by(_GROUP).agg(begun=pl.col("used_micro").sum())
    named = groups.join(begun, on=_GROUP, how="left", maintain_order="left")
    uses_up = (pl.col("bounds_per") == BoundsPer.SEASON_TOTAL.value) & pl.col("season_from").is_not_null()
    total = pl.when(uses_up).then(pl.col("total")).otherwise(0)
    running = total.cum_sum().over(_GROUP, order_by="from_day") - total
    begin = pl.col("begun").fill_null(0).cast(WIDE)
    return named.with_columns(pl.when(uses_up).then(begin + running).alias(USED_BEFORE)).drop("begun")


def without(
    season_use: pl.DataFrame, *, taken_back: pl.DataFrame, stretches: Stretches, versions: Sequence[VersionInForce]
) -> pl.DataFrame:
    """SEASON_USE as it is once the lines are taken back. taken_back: LINES, as they were billed."""
    bounds = components_of(versions, kind=Metered, extra={"bounds_per": pl.String()})
    used_up = bounds.filter(pl.col("bounds_per") == BoundsPer.SEASON_TOTAL.value).select("version_ix", "component_no")
    dated = taken_back.join(used_up, on=["version_ix", "component_no"], how="semi").join(
        stretches.versions.select("version_ix", "season_from"), on="version_ix"
    )
    quantity = (pl.col("quantity") * -1).cast(pl.Int64)
    minus = dated.filter(pl.col("season_from").is_not_null()).select(*_KEY, used_micro=quantity)
    both = pl.concat([season_use.select(pl.col(name).cast(kind) for name, kind in SEASON_USE.items()), minus])
    return both.group_by(_KEY, maintain_order=True).agg(pl.col("used_micro").sum())
