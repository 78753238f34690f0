"""Bounds of a whole season that are used up from bill to bill.

The season of an agreement, component and register is one row of units in the order of days. What earlier bills hold of
it (`SEASON_USE`) comes first, less what this bill takes back of it; then the groups of this bill, late ones before
punctual ones, because they are earlier days. A group begins where the one before it ended. What is taken back was the
end of what was billed, so each side of a true-up is laid onto the same beginning. On days of no season there is nothing
to use up: bounds are those of the window.
"""

from typing import Final

import polars as pl

from rachun.engine.billing.blocks import FLAT_LABEL, USED_BEFORE
from rachun.engine.billing.frames import checked
from rachun.engine.billing.snapshot import SEASON_USE
from rachun.engine.tariffs.components import BoundsPer
from rachun.values.rounding import WIDE

_KEY: Final = ["agreement_ix", "component", "register", "season_from"]


def with_used_before(groups: pl.DataFrame, *, versions: pl.DataFrame, season_use: pl.DataFrame) -> pl.DataFrame:
    """Add used_before, null where bounds are not used up; the frame as it is where no group's are.

    groups: priced groups of metered use, with from_day. versions: of Stretches. season_use: columns of SEASON_USE.
    """
    if (groups["bounds_per"] != BoundsPer.SEASON_TOTAL.value).all():
        return groups
    begun = (
        checked(season_use, columns=SEASON_USE, name="season_use").group_by(_KEY).agg(begun=pl.col("used_micro").sum())
    )
    named = groups.join(versions.select("version_ix", "season_from"), on="version_ix", maintain_order="left")
    named = named.with_columns(register=pl.col("priced_register")).join(
        begun, on=_KEY, how="left", maintain_order="left", nulls_equal=True
    )
    uses_up = (pl.col("bounds_per") == BoundsPer.SEASON_TOTAL.value) & pl.col("season_from").is_not_null()
    running = pl.col("total").cum_sum().over(_KEY, order_by="from_day") - pl.col("total")
    begin = pl.col("begun").fill_null(0).cast(WIDE)
    before = named.with_columns(pl.when(uses_up).then(begin + running).alias(USED_BEFORE))
    return before.drop("season_from", "register", "begun")


def without(season_use: pl.DataFrame, *, taken_back: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """SEASON_USE as it is once the lines are taken back. taken_back: LINES, as they were billed."""
    units = taken_back.filter(pl.col("label").ne_missing(pl.lit(FLAT_LABEL)))
    dated = units.join(versions.select("version_ix", "season_from"), on="version_ix")
    minus = dated.filter(pl.col("season_from").is_not_null()).select(
        *_KEY, used_micro=(pl.col("quantity") * -1).cast(pl.Int64)
    )
    both = pl.concat([season_use.select(pl.col(name).cast(kind) for name, kind in SEASON_USE.items()), minus])
    return both.group_by(_KEY, maintain_order=True).agg(pl.col("used_micro").sum().clip(lower_bound=0))
