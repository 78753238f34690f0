"""What a bundle grants for a calendar month: whole, or for the days of the month on which the service was given.

A spell is a stretch of days on which one agreement was served under one version whose component includes seconds. FULL:
the bundle of the spell in force on the day of the call, or of the latest before it, whole. DAYS: every spell of the
month that says so gives seconds × its days / days of the month; they are summed and rounded once, half up, so the parts
of a month sum to the whole. Whether units are shared, and for how many months they live on, is what the month's last
spell says. A spell counts from when it was known until it was known otherwise: what was promised to a call that was
rated before a termination became known is not taken back, and can be worked out again.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from rachun.engine.tariffs.components import Proration

SPELLS: Final[Mapping[str, pl.DataType]] = {
    "account_id": pl.String(),  # null = not asked, where nothing is shared
    "agreement_id": pl.String(),
    "component": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
    "seconds": pl.Int64(),
    "proration": pl.String(),
    "shared_by": pl.String(),
    "rollover_periods": pl.Int64(),
    "known_from": pl.Datetime("us", "UTC"),
    "known_to": pl.Datetime("us", "UTC"),  # null = still
}
ASKED: Final[Mapping[str, pl.DataType]] = {
    "agreement_id": pl.String(),
    "component": pl.String(),
    "month": pl.Date(),  # first day of the month that grants
    "on_day": pl.Date(),  # day of the call; the month's last for what an earlier month left
    "known_at": pl.Datetime("us", "UTC"),
}
_BY_DAYS: Final = pl.col("proration") == Proration.DAYS.value


def month_grants(*, spells: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """ASKED of each distinct row, held_s, shared_by, rollover_periods; nothing where no spell touches the month."""
    keys = list(ASKED)
    next_month = pl.col("month").dt.offset_by("1mo")
    met = asked.select(keys).unique().join(spells, on=["agreement_id", "component"])
    met = met.filter(
        (pl.col("valid_from") < next_month) & (pl.col("valid_to") > pl.col("month")).fill_null(value=True),
        (pl.col("known_from") <= pl.col("known_at")) & (pl.col("known_to") > pl.col("known_at")).fill_null(value=True),
    )
    first, end = pl.max_horizontal("valid_from", "month"), pl.min_horizontal("valid_to", next_month)
    days = (end - first).dt.total_days()
    month_days = (next_month - pl.col("month")).dt.total_days()
    part = met.with_columns(
        begun=pl.col("valid_from") <= pl.col("on_day"),
        second_days=pl.when(_BY_DAYS).then(pl.col("seconds") * days).otherwise(0),
        month_days=month_days,
    ).sort(*keys, "valid_from")
    sums = part.group_by(keys, maintain_order=True).agg(
        pl.col("shared_by", "rollover_periods").last(),
        pl.col("month_days").first(),
        pl.col("second_days").sum(),
        in_force=pl.col("proration").filter("begun").last(),
        first=pl.col("proration").first(),
        whole=pl.col("seconds").filter("begun").last(),
    )
    shared_out = (2 * pl.col("second_days") + pl.col("month_days")) // (2 * pl.col("month_days"))
    is_by_days = pl.coalesce("in_force", "first") == Proration.DAYS.value
    held = pl.when(is_by_days).then(shared_out).otherwise(pl.col("whole").fill_null(0))
    return sums.select(*keys, "shared_by", "rollover_periods", held_s=held)
