"""data: traffic of an internet line: octets, time, or the peak speed of the period, from delivered quantities.

Deliveries of the component's item are gathered per agreement and version. What was reported (octets, seconds, bit/s)
divided by `per` gives the priced unit (GiB, hour, Mbit/s), half up to a millionth. SUM: the sum of the deliveries is
priced in graduated blocks. PEAK: the largest one chooses a block, whose price is due once; an upper bound is inclusive.
Blocks are those of a whole period and do not shrink with days: what counts is what was used.

inputs: item, unit, measure, per_micro, reported_micro (sum or peak as reported), measured_micro (in the priced unit),
above_micro and upto_micro of the block (null: open), count and deliveries (delivery_ix of each), vat, numerator and
denominator of the line in minor units.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from rachun.engine.billing.dated import on_their_day
from rachun.engine.billing.frames import as_lines, bounded_quantity, checked, json_of, rounded_amount, text
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.billing.snapshot import DELIVERIES
from rachun.engine.tariffs.components import Data, Measure
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE, half_up_expr

_GROUP: Final = ["account_ix", "agreement_ix", "version_ix", "component_no", "component", "item"]
_FACTS: Final = ["tax_category", "posting_code", "unit", "measure", "per_micro"]
_BLOCKS: Final = {
    "version_ix": pl.Int64,
    "component_no": pl.Int16,
    "block_no": pl.Int16,
    "above_micro": pl.Int64,
    "upto_micro": pl.Int64,
    "price_e8": pl.Int64,
}


def data_items(*, versions: Iterable[VersionInForce]) -> list[str]:
    """The items that data components price: deliveries of others are one-off services."""
    components = (component for version in versions for component in version.tariff.components)
    return sorted({component.item for component in components if isinstance(component, Data)})


def data_lines(
    *, stretches: Stretches, versions: Sequence[VersionInForce], deliveries: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): one line per block touched; UNKNOWN_ITEM where the version of the day does not price it."""
    extra = {"item": pl.String(), "unit": pl.String(), "measure": pl.String(), "per_micro": pl.Int64()}
    rows, refusals = on_their_day(
        checked(deliveries, columns=DELIVERIES, name="deliveries"),
        stretches=stretches,
        day="performed_on",
        components=components_of(versions, kind=Data, extra=extra),
        key="item",
        code="UNKNOWN_ITEM",
    )
    reported = pl.col("quantity_micro").cast(WIDE)
    peak = pl.col("measure").first() == Measure.PEAK.value
    sums = rows.group_by(_GROUP, maintain_order=True).agg(
        pl.col(_FACTS).first(),
        reported=pl.when(peak).then(reported.max()).otherwise(reported.sum()),
        from_day=pl.col("day").min(),
        to_day=pl.col("day").max() + 1,
        count=pl.len(),
        deliveries=pl.col("delivery_ix").sort(),
    )
    measured = half_up_expr(num=pl.col("reported") * MICRO, den=pl.col("per_micro"))
    used = sums.with_columns(measured=measured).filter(pl.col("measured") > 0)
    blocks = used.join(_blocks(versions), on=["version_ix", "component_no"], maintain_order="left")
    return _lines(_touched(blocks).join(stretches.versions, on="version_ix", maintain_order="left")), refusals


def _blocks(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    rows: list[tuple[int | None, ...]] = []
    for version in versions:
        for component in version.tariff.components:
            above = 0
            for block in component.blocks if isinstance(component, Data) else ():
                rows.append((version.version_ix, component.no, block.no, above, block.upto_micro, block.price_e8))
                above = block.upto_micro or above
    return pl.DataFrame(rows, schema=_BLOCKS, orient="row")


def _touched(rows: pl.DataFrame) -> pl.DataFrame:
    """The blocks that price something: those a sum fills, the one that a peak reaches."""
    measured, above, upto = pl.col("measured"), pl.col("above_micro").cast(WIDE), pl.col("upto_micro").cast(WIDE)
    peak = pl.col("measure") == Measure.PEAK.value
    entered = rows.filter(measured > above).filter(~peak | (measured <= upto).fill_null(value=True))
    part = pl.min_horizontal(measured, upto) - above
    return entered.with_columns(quantity=pl.when(peak).then(pl.lit(MICRO, WIDE)).otherwise(part))


def _lines(rows: pl.DataFrame) -> pl.DataFrame:
    bounded = rows.with_columns(quantity=bounded_quantity("quantity"))
    num, den = pl.col("quantity") * pl.col("price_e8").cast(WIDE), pl.col("minor_den").cast(WIDE)
    inputs = json_of(
        item=pl.col("item"),
        unit=pl.col("unit"),
        measure=pl.col("measure"),
        per_micro=pl.col("per_micro"),
        reported_micro=text(pl.col("reported")),
        measured_micro=text(pl.col("measured")),
        above_micro=text(pl.col("above_micro")),
        upto_micro=text(pl.col("upto_micro")),
        count=pl.col("count"),
        deliveries=pl.col("deliveries"),
        vat=pl.col("vat"),
        numerator=text(num),
        denominator=text(den),
    )
    priced = bounded.with_columns(
        amount=rounded_amount(num=num, den=den),
        num=num,
        den=den,
        inputs=inputs,
        unit_price_e8=pl.col("price_e8"),
        label=pl.col("item"),
    )
    return as_lines(priced, kind=Data.kind)
