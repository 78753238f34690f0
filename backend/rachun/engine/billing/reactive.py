"""reactive: energy above a free share of the active energy of the same days, per kvarh.

A group is agreement × version × component × window. Its active and its reactive registers are each summed; free is
    active × tan φ, half up to a millionth,
and what the reactive energy exceeds it by is priced; nothing where it does not. The share is one of quantities, so it
needs no proration: two versions in one period each compare what falls to their days. Every register must cover the same
days, else MISSING_CONSUMPTION: with a register missing the share would be guessed. Late active energy alone leaves the
excess of its days as it was billed.

inputs: days, window_from, window_days, active and reactive (registers), active_micro, reactive_micro, tan_phi_micro,
cos_phi_micro (null where tan φ was stated), free_micro, unit, consumption, vat, numerator, denominator.
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
from rachun.engine.tariffs.components import Reactive
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE, half_up_expr

_KEYS = ["version_ix", "component_no"]
_GROUP = ["agreement_ix", *_KEYS, "window_from"]
_EXTRA = {
    "unit": pl.String(),
    "reactive": pl.List(pl.String()),
    "active": pl.List(pl.String()),
    "tan_phi_micro": pl.Int64(),
    "cos_phi_micro": pl.Int64(),
    "price_e8": pl.Int64(),
}


def reactive_lines(
    *, stretches: Stretches, versions: Sequence[VersionInForce], consumption: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): one line per component and window with an excess."""
    rows = checked(consumption, columns=CONSUMPTION, name="consumption")
    pieces, _ = consumption_pieces(stretches=stretches, consumption=rows)  # metered_lines hands on its refusals
    registers = _registers(versions)
    named = with_new_days(pieces.join(registers, on=["version_ix", "register"]), by=[*_GROUP, "register"])
    named = named.drop("group")
    components = components_of(versions, kind=Reactive, extra=_EXTRA)
    groups = _groups(named).join(components, on=_KEYS, maintain_order="left")
    missing = _missing(named, registers=registers, components=components, stretches=stretches)
    exceeding = _exceeding(groups).join(stretches.versions, on="version_ix", maintain_order="left")
    return as_lines(_priced(exceeding), kind=Reactive.kind), missing


def _registers(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    rows = [
        (v.version_ix, c.no, register, place)
        for v in versions
        for c in v.tariff.components
        if isinstance(c, Reactive)
        for place, names in ((True, c.reactive), (False, c.active))
        for register in names
    ]
    schema = {"version_ix": pl.Int64, "component_no": pl.Int16, "register": pl.String, "is_reactive": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _groups(named: pl.DataFrame) -> pl.DataFrame:
    """Sums of both sides. Only with reactive energy is there anything to compare."""
    reactive = pl.col("is_reactive")
    sums = named.group_by(_GROUP, maintain_order=True).agg(
        pl.col("account_ix", "window_days").first(),
        pl.col("from_day").min(),
        pl.col("to_day").max(),
        pl.col("basis").unique().sort(),
        reactive_sum=pl.col("quantity").filter(reactive).sum(),
        active_sum=pl.col("quantity").filter(~reactive).sum(),
        days=pl.col("new_days").filter(reactive).sum() // pl.col("register").filter(reactive).n_unique(),
        has_reactive=reactive.any(),
        consumption=pl.col("consumption_ix").unique().sort(),
    )
    return sums.filter("has_reactive").with_columns(pl.col("basis").list.join("+"))


def _exceeding(groups: pl.DataFrame) -> pl.DataFrame:
    free = half_up_expr(num=pl.col("active_sum") * pl.col("tan_phi_micro").cast(WIDE), den=pl.lit(MICRO, WIDE))
    compared = groups.with_columns(free=free).with_columns(quantity=pl.col("reactive_sum") - pl.col("free"))
    return compared.filter(pl.col("quantity") > 0).with_columns(quantity=bounded_quantity("quantity"))


def _priced(rows: pl.DataFrame) -> pl.DataFrame:
    num, den = pl.col("quantity") * pl.col("price_e8").cast(WIDE), pl.col("minor_den").cast(WIDE)
    inputs = json_of(
        days=pl.col("days"),
        window_from=day_text("window_from"),
        window_days=pl.col("window_days"),
        active=pl.col("active"),
        reactive=pl.col("reactive"),
        active_micro=text(pl.col("active_sum")),
        reactive_micro=text(pl.col("reactive_sum")),
        tan_phi_micro=pl.col("tan_phi_micro"),
        cos_phi_micro=pl.col("cos_phi_micro"),
        free_micro=text(pl.col("free")),
        unit=pl.col("unit"),
        consumption=pl.col("consumption"),
        vat=pl.col("vat"),
        numerator=text(num),
        denominator=text(den),
    )
    amount = rounded_amount(num=num, den=den)
    return rows.with_columns(amount=amount, num=num, den=den, inputs=inputs, unit_price_e8=pl.col("price_e8"))


def _missing(
    named: pl.DataFrame, *, registers: pl.DataFrame, components: pl.DataFrame, stretches: Stretches
) -> pl.DataFrame:
    """Registers that do not cover the served days of the period, or in an earlier window those of the others."""
    names = registers.join(components.select(*_KEYS, "component"), on=_KEYS)
    period = stretches.in_period.join(names, on="version_ix", maintain_order="left").drop_nulls("register")
    due = period.group_by("agreement_ix", *_KEYS, "register", maintain_order=True).agg(
        pl.col("account_ix", "component").first(),
        length=(pl.col("to_day") - pl.col("from_day")).sum(),
        window_from=pl.lit(stretches.start, pl.Int64),
    )
    covered = named.group_by(*_GROUP, "register").agg(covered=pl.col("new_days").sum())
    late = named.filter(pl.col("window_from") != stretches.start)
    compared = late.filter("is_reactive").select(_GROUP).unique()
    widest = with_new_days(late.drop("new_days").join(compared, on=_GROUP, how="semi"), by=_GROUP)
    widest = widest.group_by(_GROUP, maintain_order=True).agg(
        pl.col("account_ix").first(), length=pl.col("new_days").sum()
    )
    asked = widest.join(names.drop("is_reactive"), on=_KEYS).select(due.columns)
    lacking = pl.concat([due, asked]).join(covered, on=[*_GROUP, "register"], how="left", maintain_order="left")
    days = pl.col("length") - pl.col("covered").fill_null(0)
    return refused(
        lacking.filter(days > 0),
        code="MISSING_CONSUMPTION",
        component=pl.col("component"),
        register=pl.col("register"),
        days=days,
    )
