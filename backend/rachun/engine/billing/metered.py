"""metered: a price per unit read, in graduated blocks per register.

A group is agreement × version × component × priced register × window; the window is the billing period, or the
calendar month of late consumption. Block bounds are given per whole window; where they prorate, a bound becomes
bound × days / days of the window, half up to a millionth, days being the served days of the group that consumption
covers. So two versions, or a late part and a punctual one, share the bounds of a month by their days. "*" prices the
sum of registers.
"""

from collections.abc import Iterable, Sequence

import polars as pl

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
from rachun.engine.tariffs.components import EVERY_REGISTER, Metered
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.rounding import WIDE

_GROUP = ["agreement_ix", "price_ix", "window_from"]
_PLACE = ["version_ix", "component_no", "priced_register"]
_EXTRA = {"unit": pl.String(), "blocks_prorate": pl.Boolean()}


def metered_lines(
    *, stretches: Stretches, versions: Sequence[VersionInForce], consumption: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): one line per block touched.

    Refuses MISSING_CONSUMPTION where a served day of the period is not covered (a missing reading is never zero; a row
    of quantity 0 says that nothing was used), UNKNOWN_REGISTER where no component prices what was used.
    """
    blocks = _blocks(versions)
    checked_rows = checked(consumption, columns=CONSUMPTION, name="consumption")
    pieces, refusals = consumption_pieces(stretches=stretches, consumption=checked_rows)
    components = components_of(versions, kind=Metered, extra=_EXTRA)
    registers = blocks.unique("price_ix", maintain_order=True).select("price_ix", *_PLACE)
    registers = registers.join(components, on=["version_ix", "component_no"])
    priced = _matched(pieces, registers=registers)
    priced = with_new_days(priced, by=_GROUP)
    groups = _groups(priced, registers=registers)
    missing = _uncovered(priced, registers=registers, stretches=stretches)
    unknown = _unknown(pieces, priced=priced)
    return _block_lines(groups, blocks=blocks, stretches=stretches), pl.concat([refusals, missing, unknown])


def _blocks(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    """Every block of every priced register; price_ix numbers the registers of all versions through."""
    rows: list[tuple[int | str | None, ...]] = []
    price_ix = -1
    for version in versions:
        for component in version.tariff.components:
            for register in component.registers if isinstance(component, Metered) else ():
                price_ix += 1
                above = 0
                for block in register.blocks:
                    place = (price_ix, version.version_ix, component.no, register.register)
                    rows.append((*place, block.no, above, block.upto_micro, block.price_e8))
                    above = block.upto_micro or above
    place_columns = {
        "price_ix": pl.Int64,
        "version_ix": pl.Int64,
        "component_no": pl.Int16,
        "priced_register": pl.String,
    }
    amounts = {"block_no": pl.Int16, "above_micro": pl.Int64, "upto_micro": pl.Int64, "price_e8": pl.Int64}
    return pl.DataFrame(rows, schema={**place_columns, **amounts}, orient="row")


def _matched(pieces: pl.DataFrame, *, registers: pl.DataFrame) -> pl.DataFrame:
    every = pl.col("priced_register") == EVERY_REGISTER
    named = registers.filter(~every).with_columns(register=pl.col("priced_register"))
    by_name = pieces.join(named.select("version_ix", "register", "price_ix"), on=["version_ix", "register"])
    summed = pieces.join(registers.filter(every).select("version_ix", "price_ix"), on="version_ix")
    return pl.concat([by_name, summed.select(by_name.columns)])


def _groups(priced: pl.DataFrame, *, registers: pl.DataFrame) -> pl.DataFrame:
    sums = priced.group_by("group", maintain_order=True).agg(
        pl.col("account_ix", "agreement_ix", "price_ix", "window_from", "window_days").first(),
        pl.col("from_day").min(),
        pl.col("to_day").max(),
        pl.col("quantity").sum(),
        pl.col("basis"),
        days=pl.col("new_days").sum(),
        consumption=pl.col("consumption_ix"),
    )
    named = sums.join(registers, on="price_ix", maintain_order="left")
    return named.with_columns(
        pl.col("basis").list.unique().list.sort().list.join("+"), pl.col("consumption").list.unique().list.sort()
    )


def _block_lines(groups: pl.DataFrame, *, blocks: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    whole, part = pl.col("window_days").cast(WIDE), pl.col("days").cast(WIDE)
    share = pl.when(pl.col("blocks_prorate")).then(part).otherwise(whole)
    above, upto = (
        (pl.col(name).cast(WIDE) * share * 2 + whole) // (whole * 2) for name in ("above_micro", "upto_micro")
    )
    rows = (
        groups.with_columns(total=pl.col("quantity"))
        .join(blocks.drop(_PLACE), on="price_ix", maintain_order="left")
        .with_columns(above=above, upto=upto)
        .with_columns(quantity=pl.min_horizontal("total", "upto") - pl.col("above"))
        .filter(pl.col("quantity") > 0)
        .with_columns(quantity=bounded_quantity("quantity"))
        .join(stretches.versions, on="version_ix", maintain_order="left")
    )
    num, den = pl.col("quantity") * pl.col("price_e8").cast(WIDE), pl.col("minor_den").cast(WIDE)
    inputs = json_of(
        days=pl.col("days"),
        window_from=day_text("window_from"),
        window_days=pl.col("window_days"),
        blocks_prorate=pl.col("blocks_prorate"),
        above_micro=text(pl.col("above")),
        upto_micro=text(pl.col("upto")),
        total_micro=text(pl.col("total")),
        unit=pl.col("unit"),
        consumption=pl.col("consumption"),
        vat=pl.col("vat"),
        numerator=text(num),
        denominator=text(den),
    )
    priced = rows.with_columns(
        amount=rounded_amount(num=num, den=den),
        inputs=inputs,
        register=pl.col("priced_register"),
        unit_price_e8=pl.col("price_e8"),
    )
    return as_lines(priced, kind=Metered.kind)


def _uncovered(priced: pl.DataFrame, *, registers: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    keys = ["agreement_ix", "price_ix"]
    named = registers.select("version_ix", "price_ix", "component", "priced_register")
    metered_days = stretches.in_period.join(named.select("version_ix", "price_ix"), on="version_ix")
    due = metered_days.group_by(keys).agg(
        pl.col("account_ix").first(), length=(pl.col("to_day") - pl.col("from_day")).sum()
    )
    inside = priced.filter(pl.col("window_from") == stretches.start, pl.col("from_day") >= stretches.start)
    covered = inside.group_by(keys).agg(covered=pl.col("new_days").sum())
    missing = due.join(covered, on=keys, how="left", maintain_order="left").filter(
        pl.col("covered").fill_null(0) < pl.col("length")
    )
    missing = missing.join(named, on="price_ix")
    days_missing = pl.col("length") - pl.col("covered").fill_null(0)
    return refused(
        missing,
        code="MISSING_CONSUMPTION",
        component=pl.col("component"),
        register=pl.col("priced_register"),
        days=days_missing,
    )


def _unknown(pieces: pl.DataFrame, *, priced: pl.DataFrame) -> pl.DataFrame:
    lost = pieces.join(priced, on=["consumption_ix", "version_ix"], how="anti")
    return refused(lost, code="UNKNOWN_REGISTER", register=pl.col("register"), consumption_ix=pl.col("consumption_ix"))
