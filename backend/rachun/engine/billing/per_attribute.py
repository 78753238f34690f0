"""per_attribute: a price per unit of something dated that the agreement has: kW of power, persons, m², points."""

from collections.abc import Sequence

import polars as pl

from rachun.engine.billing.attributes import missing, valued
from rachun.engine.billing.frames import as_lines
from rachun.engine.billing.proration import prorated
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.tariffs.components import PerAttribute
from rachun.engine.tariffs.selection import VersionInForce

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
    """(lines, refusals): one line per component, stretch and value; MISSING_ATTRIBUTE where there is no default."""
    due = stretches.in_period.join(components_of(versions, kind=PerAttribute, extra=_EXTRA), on="version_ix")
    found = valued(due, attributes=attributes).with_columns(quantity=pl.coalesce("value_micro", "default_micro"))
    absent = pl.col("quantity").is_null()
    explain = {
        "attribute": pl.col("attribute"),
        "value_micro": pl.coalesce("value_micro", "default_micro"),
        "by_default": pl.col("value_micro").is_null(),
        "unit": pl.col("unit"),
    }
    lines = prorated(found.filter(~absent), stretches=stretches, **explain)
    return as_lines(lines, kind=PerAttribute.kind), missing(found.filter(absent))
