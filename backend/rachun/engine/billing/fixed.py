"""fixed: a price per period, for instance a subscription or a charge per metering point."""

from collections.abc import Sequence

import polars as pl

from rachun.engine.billing.frames import as_lines
from rachun.engine.billing.proration import prorated
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.tariffs.components import Fixed
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import MICRO


def fixed_lines(*, stretches: Stretches, versions: Sequence[VersionInForce]) -> pl.DataFrame:
    """One line per component and stretch; quantity 1. A price of 0 makes no line."""
    components = components_of(versions, kind=Fixed, extra={"price_e8": pl.Int64(), "proration": pl.String()})
    rows = stretches.in_period.join(components, on="version_ix").with_columns(quantity=pl.lit(MICRO, pl.Int64))
    return as_lines(prorated(rows, stretches=stretches), kind=Fixed.kind)
