"""capacity: one price per period, that of the highest tier which any measured peak reaches.

A peak is the largest single consumption of a register in the window, for instance the highest load or the most
connections at once. A tier holds a peak up to its limit; a register that a tier does not limit is held whole. The price
is per whole window and shared by the days that consumption covers.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from rachun.engine.billing.consumption import consumption_pieces, with_new_days
from rachun.engine.billing.frames import as_lines, checked, day_text, json_of, refused, rounded_amount, text
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.billing.snapshot import CONSUMPTION
from rachun.engine.tariffs.components import Capacity
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE

_KEYS = ["version_ix", "component_no"]
_GROUP = ["agreement_ix", *_KEYS, "window_from"]


def capacity_registers(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    """version_ix, component_no, register: what the capacities of all versions look at."""
    rows = [
        (v.version_ix, c.no, register)
        for v in versions
        for c in v.tariff.components
        if isinstance(c, Capacity)
        for register in dict.fromkeys(name for tier in c.tiers for name in tier.limits_micro)
    ]
    schema = {"version_ix": pl.Int64, "component_no": pl.Int16, "register": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def capacity_lines(
    *, stretches: Stretches, versions: Sequence[VersionInForce], consumption: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): one line per component and window; MISSING_CONSUMPTION where no register covers a day."""
    rows = checked(consumption, columns=CONSUMPTION, name="consumption")
    pieces, _ = consumption_pieces(stretches=stretches, consumption=rows)  # metered_lines hands on its refusals
    named = with_new_days(pieces.join(capacity_registers(versions), on=["version_ix", "register"]), by=_GROUP)
    peaks = named.group_by(*_GROUP, "register").agg(peak=pl.col("quantity_micro").max())
    reached = _reached(peaks, tiers=_tiers(versions))
    groups = named.group_by(_GROUP, maintain_order=True).agg(
        pl.col("account_ix", "window_days").first(),
        pl.col("from_day").min(),
        pl.col("to_day").max(),
        days=pl.col("new_days").sum(),
        consumption=pl.col("consumption_ix").unique().sort(),
    )
    components = components_of(versions, kind=Capacity, extra={})
    priced = (
        groups.join(reached, on=_GROUP, maintain_order="left")
        .join(components, on=_KEYS, maintain_order="left")
        .join(stretches.versions, on="version_ix", maintain_order="left")
    )
    missing = _uncovered(groups, components=components, stretches=stretches)
    return as_lines(_priced(priced), kind=Capacity.kind), missing


def _tiers(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    rows = [
        (v.version_ix, c.no, tier.no, tier.price_e8, register, tier.limits_micro.get(register))
        for v in versions
        for c in v.tariff.components
        if isinstance(c, Capacity)
        for register in dict.fromkeys(name for tier in c.tiers for name in tier.limits_micro)
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
    highest = of_register.sort("tier_no", descending=True).unique(_GROUP, keep="first", maintain_order=True)
    return highest.select(*_GROUP, "tier_no", "price_e8", "peak", "limit_micro", "register")


def _priced(rows: pl.DataFrame) -> pl.DataFrame:
    num = pl.col("price_e8").cast(WIDE) * MICRO * pl.col("days").cast(WIDE)
    den = pl.col("minor_den").cast(WIDE) * pl.col("window_days").cast(WIDE)
    inputs = json_of(
        days=pl.col("days"),
        window_from=day_text("window_from"),
        window_days=pl.col("window_days"),
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
        quantity=pl.lit(MICRO, WIDE),
        unit_price_e8=pl.col("price_e8"),
    )


def _uncovered(groups: pl.DataFrame, *, components: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    keys = ["agreement_ix", *_KEYS]
    named = stretches.in_period.join(components, on="version_ix")
    due = named.group_by(keys, maintain_order=True).agg(
        pl.col("account_ix", "component").first(), length=(pl.col("to_day") - pl.col("from_day")).sum()
    )
    covered = groups.filter(pl.col("window_from") == stretches.start).select(*keys, "days")
    missing = due.join(covered, on=keys, how="left", maintain_order="left").with_columns(
        lacking=pl.col("length") - pl.col("days").fill_null(0)
    )
    return refused(
        missing.filter(pl.col("lacking") > 0),
        code="MISSING_CONSUMPTION",
        component=pl.col("component"),
        days=pl.col("lacking"),
    )
