"""one_off: a delivered service (connection, repair, certificate), priced by the version of the day it was performed.

minimum and maximum bound what one delivery costs, for instance a commission in percent of a payment.
"""

from collections.abc import Sequence

import polars as pl

from rachun.engine.billing.dated import on_their_day
from rachun.engine.billing.frames import as_lines, bounded_quantity, checked, json_of, rounded_amount, text
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.billing.snapshot import DELIVERIES
from rachun.engine.tariffs.components import OneOff
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE


def one_off_lines(
    *, stretches: Stretches, versions: Sequence[VersionInForce], deliveries: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): one line per delivery of a quantity; UNKNOWN_ITEM where the version does not price it."""
    extra = {"item": pl.String(), "unit": pl.String(), "price_e8": pl.Int64()}
    extra |= {"minimum_e8": pl.Int64(), "maximum_e8": pl.Int64()}
    rows, refusals = on_their_day(
        checked(deliveries, columns=DELIVERIES, name="deliveries"),
        stretches=stretches,
        day="performed_on",
        components=components_of(versions, kind=OneOff, extra=extra),
        key="item",
        code="UNKNOWN_ITEM",
    )
    due = rows.filter(pl.col("quantity_micro") != 0).join(stretches.versions, on="version_ix", maintain_order="left")
    due = due.with_columns(quantity=bounded_quantity("quantity_micro"))
    worth = pl.col("quantity") * pl.col("price_e8").cast(WIDE)
    least, most = (pl.col(name).cast(WIDE) * MICRO for name in ("minimum_e8", "maximum_e8"))
    within = pl.min_horizontal(pl.max_horizontal(worth, least), most)
    num, den = pl.when(worth.is_not_null()).then(within), pl.col("minor_den").cast(WIDE)
    lines = due.with_columns(
        amount=rounded_amount(num=num, den=den),
        num=num,
        den=den,
        inputs=json_of(
            item=pl.col("item"),
            unit=pl.col("unit"),
            delivery=pl.col("delivery_ix"),
            minimum_e8=pl.col("minimum_e8"),
            maximum_e8=pl.col("maximum_e8"),
            vat=pl.col("vat"),
            numerator=text(num),
            denominator=text(den),
        ),
        unit_price_e8=pl.col("price_e8"),
        label=pl.col("item"),
        from_day=pl.col("day"),
        to_day=pl.col("day") + 1,
    )
    return as_lines(lines, kind=OneOff.kind), refusals
