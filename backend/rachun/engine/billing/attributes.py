"""What an agreement has (kW, persons, m²) on which days: a fact with dates, whose gaps are told too."""

import polars as pl

from rachun.engine.billing.frames import OPEN_DAY, checked, clipped, day_text, days, refused
from rachun.engine.billing.segments import Stretches
from rachun.engine.billing.snapshot import ATTRIBUTES

_KEYS = ["agreement_ix", "attribute"]


def valued(due: pl.DataFrame, *, attributes: pl.DataFrame) -> pl.DataFrame:
    """Cut stretches where their attribute changes, and add value_micro; null where nothing is recorded.

    due: agreement_ix, attribute, from_day, to_day. attributes: columns of ATTRIBUTES.
    """
    both = due.join(_timeline(_known(attributes)), on=_KEYS, how="left", suffix="_known")
    start = pl.max_horizontal("from_day", "from_day_known")
    end = pl.min_horizontal("to_day", "to_day_known")
    return both.filter(start < end).with_columns(from_day=start, to_day=end).drop("from_day_known", "to_day_known")


def doubled(attributes: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    """OVERLAPPING_ATTRIBUTE where a day of the period has two values of one attribute."""
    known = _known(attributes)
    again = pl.all_horizontal(pl.col(key) == pl.col(key).shift(1) for key in _KEYS)
    twice = known.filter(again & (pl.col("from_day") < pl.col("to_day").shift(1)))
    twice = clipped(twice, start=stretches.start, end=stretches.end).join(stretches.accounts, on="agreement_ix")
    return refused(twice, code="OVERLAPPING_ATTRIBUTE", attribute=pl.col("attribute"), day=day_text("from_day"))


def missing(rows: pl.DataFrame) -> pl.DataFrame:
    """MISSING_ATTRIBUTE of stretches without a value. rows: of `valued`, with account_ix and component."""
    return refused(
        rows,
        code="MISSING_ATTRIBUTE",
        attribute=pl.col("attribute"),
        component=pl.col("component"),
        day=day_text("from_day"),
    )


def _known(attributes: pl.DataFrame) -> pl.DataFrame:
    known = days(checked(attributes, columns=ATTRIBUTES, name="attributes"), start="valid_from", end="valid_to")
    return known.sort(*_KEYS, "from_day")


def _timeline(known: pl.DataFrame) -> pl.DataFrame:
    """The attributes' stretches, with the gaps before, between and after them as rows without a value."""
    before = known.with_columns(
        to_day=pl.col("from_day"), from_day=pl.col("to_day").shift(1).over(_KEYS).fill_null(-OPEN_DAY)
    )
    after = known.unique(_KEYS, keep="last", maintain_order=True).with_columns(
        from_day=pl.col("to_day"), to_day=pl.lit(OPEN_DAY, pl.Int64)
    )
    gaps = pl.concat([before, after]).with_columns(value_micro=pl.lit(None, pl.Int64))
    return pl.concat([known, gaps]).filter(pl.col("from_day") < pl.col("to_day"))
