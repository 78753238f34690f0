"""per_attribute: a price per unit of something dated that the agreement has: kW of power, persons, m², points."""

from collections.abc import Sequence

import polars as pl

from rachun.engine.billing.frames import OPEN_DAY, as_lines, checked, clipped, day_text, days, refused
from rachun.engine.billing.proration import prorated
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.billing.snapshot import ATTRIBUTES
from rachun.engine.tariffs.components import PerAttribute
from rachun.engine.tariffs.selection import VersionInForce

_KEYS = ["agreement_ix", "attribute"]
_EXTRA = {
    "attribute": pl.String(),
    "price_e8": pl.Int64(),
    "proration": pl.String(),
    "unit": pl.String(),
    "default_micro": pl.Int64(),
}


def per_attribute_lines(
    *, stretches: Stretches, versions: Sequence[VersionInForce], attributes: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): one line per component, stretch and value; MISSING_ATTRIBUTE where there is no default,
    OVERLAPPING_ATTRIBUTE where a day has two values.
    """
    due = stretches.in_period.join(components_of(versions, kind=PerAttribute, extra=_EXTRA), on="version_ix")
    known = days(checked(attributes, columns=ATTRIBUTES, name="attributes"), start="valid_from", end="valid_to")
    known = known.sort(*_KEYS, "from_day")
    valued = _valued(due, _timeline(known))
    valued = valued.with_columns(quantity=pl.coalesce("value_micro", "default_micro"))
    missing = pl.col("quantity").is_null()
    absent = refused(
        valued.filter(missing),
        code="MISSING_ATTRIBUTE",
        attribute=pl.col("attribute"),
        component=pl.col("component"),
        day=day_text("from_day"),
    )
    again = pl.all_horizontal(pl.col(key) == pl.col(key).shift(1) for key in _KEYS)
    twice = known.filter(again & (pl.col("from_day") < pl.col("to_day").shift(1)))
    twice = clipped(twice, start=stretches.start, end=stretches.end).join(stretches.accounts, on="agreement_ix")
    doubled = refused(twice, code="OVERLAPPING_ATTRIBUTE", attribute=pl.col("attribute"), day=day_text("from_day"))
    explain = {
        "attribute": pl.col("attribute"),
        "value_micro": pl.coalesce("value_micro", "default_micro"),
        "by_default": pl.col("value_micro").is_null(),
        "unit": pl.col("unit"),
    }
    lines = prorated(valued.filter(~missing), stretches=stretches, **explain)
    return as_lines(lines, kind=PerAttribute.kind), pl.concat([absent, doubled])


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


def _valued(due: pl.DataFrame, timeline: pl.DataFrame) -> pl.DataFrame:
    both = due.join(timeline, on=["agreement_ix", "attribute"], how="left", suffix="_known")
    start = pl.max_horizontal("from_day", "from_day_known")
    end = pl.min_horizontal("to_day", "to_day_known")
    return both.filter(start < end).with_columns(from_day=start, to_day=end).drop("from_day_known", "to_day_known")
