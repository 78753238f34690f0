"""capacity: a price per period by the peak of the period.

A peak is the largest single consumption of a register in the window, for instance the highest load or the most
connections at once. A tier holds a peak up to its limit; a register that a tier does not limit is held whole. Of all
registers the highest tier reached prices: once (TIER), or every unit of the peak (PEAK: billing power by the kW). The
price is per whole window and shared by the days that consumption covers. Days of the period that none covers take the
component's default (`capacity_default.py`); without one they park the account.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from rachun.engine.billing.attributes import missing
from rachun.engine.billing.capacity_default import defaulted, uncovered
from rachun.engine.billing.consumption import consumption_pieces, with_new_days
from rachun.engine.billing.frames import (
    as_lines,
    bounded_quantity,
    checked,
    day_text,
    json_of,
    refused,
    rounded_amount,
    text,
)
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.billing.snapshot import CONSUMPTION
from rachun.engine.tariffs.components import Capacity, CapacityCharge
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE

_KEYS = ["version_ix", "component_no"]
_GROUP = ["agreement_ix", *_KEYS, "window_from"]
_EXTRA = {
    "charge": pl.String(),
    "register": pl.String(),
    "unit": pl.String(),
    "has_default": pl.Boolean(),
    "default_attribute": pl.String(),
    "default_micro": pl.Int64(),
}


def capacity_lines(
    *, stretches: Stretches, versions: Sequence[VersionInForce], consumption: pl.DataFrame, attributes: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): one line per component and window, and one per default; MISSING_CONSUMPTION where no register
    covers a day and there is no default, MISSING_ATTRIBUTE where the default names one without a value.
    """
    rows = checked(consumption, columns=CONSUMPTION, name="consumption")
    pieces, _ = consumption_pieces(stretches=stretches, consumption=rows)  # metered_lines hands on its refusals
    tiers = _tiers(versions)
    looked_at = tiers.unique([*_KEYS, "register"], maintain_order=True).select(*_KEYS, "register")
    named = with_new_days(pieces.join(looked_at, on=["version_ix", "register"]), by=_GROUP)
    components = components_of(versions, kind=Capacity, extra=_EXTRA)
    measured = _measured(named, tiers=tiers).join(components.drop("register"), on=_KEYS, maintain_order="left")
    measured = measured.join(stretches.versions, on="version_ix", maintain_order="left")
    left = uncovered(stretches.in_period.join(components, on="version_ix"), covered=named)
    found, absent = defaulted(left.filter("has_default"), tiers=tiers, attributes=attributes, stretches=stretches)
    refusals = [_unmeasured(left.filter(~pl.col("has_default"))), missing(absent)]
    lines = [as_lines(part, kind=Capacity.kind) for part in (_priced(measured), found)]
    return pl.concat(lines), pl.concat(refusals)


def _measured(named: pl.DataFrame, *, tiers: pl.DataFrame) -> pl.DataFrame:
    """Groups with the tier that their peaks reach."""
    peaks = named.group_by(*_GROUP, "register").agg(peak=pl.col("quantity_micro").max())
    groups = named.group_by(_GROUP, maintain_order=True).agg(
        pl.col("account_ix", "window_days").first(),
        pl.col("from_day").min(),
        pl.col("to_day").max(),
        days=pl.col("new_days").sum(),
        consumption=pl.col("consumption_ix").unique().sort(),
    )
    return groups.join(_reached(peaks, tiers=tiers), on=_GROUP, maintain_order="left")


def _tiers(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    rows = [
        (v.version_ix, c.no, tier.no, tier.price_e8, register, tier.limits_micro.get(register))
        for v in versions
        for c in v.tariff.components
        if isinstance(c, Capacity)
        for register in c.registers
        for tier in c.tiers
    ]
    schema = {"version_ix": pl.Int64, "component_no": pl.Int16, "tier_no": pl.Int16, "price_e8": pl.Int64}
    return pl.DataFrame(rows, schema={**schema, "register": pl.String, "limit_micro": pl.Int64}, orient="row")


def _reached(peaks: pl.DataFrame, *, tiers: pl.DataFrame) -> pl.DataFrame:
    """The tier of each group: of every register the first that holds its peak, of these the highest."""
    held = (pl.col("peak") <= pl.col("limit_micro")).fill_null(value=True)
    of_register = (
        peaks.join(tiers, on=[*_KEYS, "register"])
        .filter(held)
        .sort("tier_no")
        .unique([*_GROUP, "register"], keep="first", maintain_order=True)
    )
    highest = of_register.sort("tier_no", "register", descending=[True, False])
    highest = highest.unique(_GROUP, keep="first", maintain_order=True)
    return highest.select(*_GROUP, "tier_no", "price_e8", "peak", "limit_micro", "register")


def _priced(rows: pl.DataFrame) -> pl.DataFrame:
    by_peak = pl.col("charge") == CapacityCharge.PEAK.value
    rows = rows.with_columns(quantity=pl.when(by_peak).then(pl.col("peak")).otherwise(pl.lit(MICRO, pl.Int64)))
    rows = rows.with_columns(quantity=bounded_quantity("quantity"))
    num = pl.col("price_e8").cast(WIDE) * pl.col("quantity") * pl.col("days").cast(WIDE)
    den = pl.col("minor_den").cast(WIDE) * pl.col("window_days").cast(WIDE)
    inputs = json_of(
        days=pl.col("days"),
        window_from=day_text("window_from"),
        window_days=pl.col("window_days"),
        charge=pl.col("charge"),
        unit=pl.col("unit"),
        tier_no=pl.col("tier_no"),
        register=pl.col("register"),
        peak_micro=pl.col("peak"),
        limit_micro=pl.col("limit_micro"),
        consumption=pl.col("consumption"),
        vat=pl.col("vat"),
        numerator=text(num),
        denominator=text(den),
    )
    return rows.with_columns(
        amount=rounded_amount(num=num, den=den),
        num=num,
        den=den,
        inputs=inputs,
        block_no=pl.col("tier_no"),
        unit_price_e8=pl.col("price_e8"),
    )


def _unmeasured(left: pl.DataFrame) -> pl.DataFrame:
    """One refusal per component, whatever the number of stretches that nobody measured."""
    lacking = left.group_by("account_ix", "agreement_ix", *_KEYS, maintain_order=True).agg(
        pl.col("component").first(), days=(pl.col("to_day") - pl.col("from_day")).sum()
    )
    return refused(lacking, code="MISSING_CONSUMPTION", component=pl.col("component"), days=pl.col("days"))
