"""The peak of days that nobody measured: an attribute of the agreement, else a number of the tariff.

It reaches its tier like a measured peak, and the price is shared by days as `proration.py` shares every price per
period. inputs besides: charge, unit, register, tier_no, limit_micro, peak_micro, attribute (null: the number),
by_default, which is true and says that the line stands on no measurement.
"""

import polars as pl

from rachun.engine.billing.attributes import valued
from rachun.engine.billing.proration import prorated
from rachun.engine.billing.segments import Stretches
from rachun.engine.tariffs.components import CapacityCharge, Proration
from rachun.values.quantity import MICRO

_KEYS = ["agreement_ix", "version_ix", "component_no"]


def uncovered(due: pl.DataFrame, *, covered: pl.DataFrame) -> pl.DataFrame:
    """What is left of stretches when covered days are taken out. Both: _KEYS, from_day, to_day."""
    whole = due.with_row_index("stretch")
    days = covered.select(*_KEYS, covered_from="from_day", covered_to="to_day")
    cut = whole.join(days, on=_KEYS).filter(
        pl.col("covered_from") < pl.col("to_day"), pl.col("covered_to") > pl.col("from_day")
    )
    # Behind the covered days of a stretch stands its end, so that the days after the last of them are a gap as well.
    ends = whole.with_columns(covered_from=pl.col("to_day"), covered_to=pl.col("to_day"))
    ordered = pl.concat([cut.select(ends.columns), ends]).sort("stretch", "covered_from", "covered_to")
    reached = pl.col("covered_to").cum_max().shift(1).over("stretch")
    start = pl.max_horizontal("from_day", reached)
    gaps = ordered.with_columns(from_day=start, to_day=pl.min_horizontal("covered_from", "to_day"))
    return gaps.filter(pl.col("from_day") < pl.col("to_day")).drop("stretch", "covered_from", "covered_to")


def defaulted(
    due: pl.DataFrame, *, tiers: pl.DataFrame, attributes: pl.DataFrame, stretches: Stretches
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(priced rows, rows without a value). due: stretches joined with their capacities, each with one register."""
    found = valued(due.with_columns(attribute=pl.col("default_attribute")), attributes=attributes)
    found = found.with_columns(peak=pl.coalesce("value_micro", "default_micro"))
    reached = _tier_of(found.filter(pl.col("peak").is_not_null()), tiers=tiers)
    by_peak = pl.col("charge") == CapacityCharge.PEAK.value
    rows = reached.with_columns(
        quantity=pl.when(by_peak).then(pl.col("peak")).otherwise(pl.lit(MICRO, pl.Int64)),
        proration=pl.lit(Proration.DAYS.value),
    )
    explain = {name: pl.col(name) for name in ("charge", "unit", "register", "tier_no", "limit_micro")}
    by_attribute = pl.when(pl.col("value_micro").is_not_null()).then(pl.col("attribute"))
    lines = prorated(
        rows,
        stretches=stretches,
        **explain,
        peak_micro=pl.col("peak"),
        attribute=by_attribute,
        by_default=pl.lit(value=True),
    )
    return lines.with_columns(block_no=pl.col("tier_no")), found.filter(pl.col("peak").is_null())


def _tier_of(rows: pl.DataFrame, *, tiers: pl.DataFrame) -> pl.DataFrame:
    held = (pl.col("peak") <= pl.col("limit_micro")).fill_null(value=True)
    offered = rows.with_row_index("row").join(tiers, on=["version_ix", "component_no", "register"]).filter(held)
    return offered.sort("row", "tier_no").unique("row", keep="first", maintain_order=True).drop("row")
