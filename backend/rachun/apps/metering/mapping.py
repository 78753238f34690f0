"""Rows of metering → columns of the engine, and its answer back: the only file that knows both.

Points are readings that lie in one stretch: the days on which one register of one installed meter served one agreement.
Each two neighbours of a stretch make one row, so consumption is cut at every reading and never spans an exchange, a
move or a suspension.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import polars as pl

from rachun.engine.usage.consumption import READINGS, consumption_from_readings
from rachun.values.quantity import MICRO

STRETCH = ["agreement_id", "register_id", "seg_from"]
CONSUMPTION_COLUMNS: Mapping[str, pl.DataType] = {
    "agreement_id": pl.String(),
    "register": pl.String(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "basis": pl.String(),
    "evidence": pl.String(),
}
REFUSAL_COLUMNS: Mapping[str, pl.DataType] = {"agreement_id": pl.String(), "code": pl.String(), "params": pl.String()}
_MEASURED = [name for name in CONSUMPTION_COLUMNS if name != "evidence"]
_SERVED = ["agreement_id", "register_id", "register", "meter", "digits", "multiplier_micro", "seg_from", "seg_to"]
NOTHING = pl.DataFrame(schema=dict(CONSUMPTION_COLUMNS))
NO_REFUSALS = pl.DataFrame(schema=dict(REFUSAL_COLUMNS))


def stretches_of(*, terms: pl.DataFrame, registers: pl.DataFrame, billed_until: pl.DataFrame) -> pl.DataFrame:
    """Days on which a register of a meter serves an agreement, from where it was billed, neighbours joined.

    terms: agreement_id, service_point_id, valid_from, valid_to.  registers: service_point_id, valid_from, valid_to,
    register_id, register, meter, digits, multiplier_micro; no date is null.  billed_until: agreement_id, register,
    billed_until.  Result adds seg_from, seg_to, start: the later of seg_from and billed_until.
    """
    return since_billed(served_stretches(terms=terms, registers=registers), billed_until=billed_until)


def served_stretches(*, terms: pl.DataFrame, registers: pl.DataFrame) -> pl.DataFrame:
    """As stretches_of, from the first day served, without billed_until and start."""
    met = terms.join(registers, on="service_point_id", suffix="_meter").with_columns(
        seg_from=pl.max_horizontal("valid_from", "valid_from_meter"),
        seg_to=pl.min_horizontal("valid_to", "valid_to_meter"),
    )
    ordered = met.filter(pl.col("seg_from") < pl.col("seg_to")).sort("agreement_id", "register_id", "seg_from")
    if ordered["register_id"].n_unique() == ordered.height:  # no register serves twice, so there is nothing to join
        return ordered.select(_SERVED)
    gap = pl.col("seg_from") != pl.col("seg_to").shift(1)
    group = ["agreement_id", "register_id"]
    numbered = ordered.with_columns(run=gap.fill_null(value=True).cum_sum().over(group))
    joined = numbered.group_by([*group, "run"], maintain_order=True).agg(
        pl.col("register", "meter", "digits", "multiplier_micro").first(),
        pl.col("seg_from").min(),
        pl.col("seg_to").max(),
    )
    return joined.select(_SERVED)


def since_billed(served: pl.DataFrame, *, billed_until: pl.DataFrame) -> pl.DataFrame:
    """What is left of the served stretches where billing stopped."""
    if billed_until.is_empty():
        return served.with_columns(billed_until=pl.lit(None, pl.Date), start=pl.col("seg_from"))
    billed = served.join(billed_until, on=["agreement_id", "register"], how="left", maintain_order="left")
    started = billed.with_columns(start=pl.max_horizontal("seg_from", "billed_until"))
    return started.filter(pl.col("start") < pl.col("seg_to"))


def points_of(*, stretches: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    """The readings of each stretch in order. readings: register_id, reading_id, boundary_date, value_micro, kind."""
    inside = pl.col("boundary_date").is_between(pl.col("start"), pl.col("seg_to"))
    return stretches.join(readings, on="register_id").filter(inside).sort(*STRETCH, "boundary_date")


def measured_rows(*, points: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(CONSUMPTION_COLUMNS, REFUSAL_COLUMNS) of neighbouring readings.

    The engine judges each reading against the one before it; a reading that it refuses (READING_BELOW_PREVIOUS,
    READING_OVER_DIAL) is a refusal of the agreement, because somebody has to look at it.
    """
    if points.is_empty():
        return NOTHING, NO_REFUSALS
    numbered = points.with_row_index("reading_ix").with_columns(
        pl.col("reading_ix").cast(pl.Int64),
        installation_ix=pl.struct(STRETCH).rank("dense"),
        register_ix=pl.col("register_id").rank("dense"),
        read_on=pl.col("boundary_date"),
    )
    derived = consumption_from_readings(readings=numbered)
    opening = numbered.select(*_OF_A_STRETCH, **_reading_named("from"))
    closing = numbered.select(**_reading_named("to"))
    spans = derived.consumption.join(opening, on="reading_from_ix", maintain_order="left")
    spans = spans.join(closing, on="reading_to_ix", maintain_order="left")
    rows = spans.select(*_MEASURED, evidence=_evidence())
    if not derived.verdicts["is_refused"].any():
        return rows, NO_REFUSALS
    wrong = derived.verdicts.filter("is_refused").join(numbered, on="reading_ix")
    return rows, refused_rows(
        wrong,
        code=pl.col("verdict"),
        meter=pl.col("meter"),
        register=pl.col("register"),
        reading=_day("boundary_date"),
        value=micro_text("value_micro"),
    )


def unread_starts(*, points: pl.DataFrame) -> pl.DataFrame:
    """REFUSAL_COLUMNS of stretches whose billing stopped on a day that has no reading while later ones exist: the days
    between would silently never be billed.
    """
    if points["billed_until"].null_count() == points.height:
        return NO_REFUSALS
    first = points.group_by(STRETCH, maintain_order=True).agg(
        pl.col("meter", "register", "billed_until", "start", "boundary_date").first()
    )
    lost = first.filter((pl.col("start") == pl.col("billed_until")) & (pl.col("boundary_date") > pl.col("start")))
    return refused_rows(
        lost,
        code=pl.lit("BILLED_END_NOT_READ"),
        meter=pl.col("meter"),
        register=pl.col("register"),
        billed_until=_day("billed_until"),
        reading=_day("boundary_date"),
    )


def doubled(*, measured: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """REFUSAL_COLUMNS where consumption stated on another basis covers days that are measured too."""
    if stated.is_empty():
        return NO_REFUSALS
    both = stated.join(measured, on=["agreement_id", "register"], suffix="_measured")
    overlap = (pl.col("period_from") < pl.col("period_to_measured")) & (
        pl.col("period_from_measured") < pl.col("period_to")
    )
    return refused_rows(
        both.filter(overlap),
        code=pl.lit("CONSUMPTION_STATED_AND_MEASURED"),
        register=pl.col("register"),
        basis=pl.col("basis"),
        **{"from": _day("period_from"), "to": _day("period_to")},
    )


def micro_text(name: str) -> pl.Expr:
    """Millionths as a plain decimal without trailing zeros."""
    size = pl.col(name).abs()
    sign = pl.when(pl.col(name) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, part = size // MICRO, (size % MICRO).cast(pl.String).str.zfill(6)
    return pl.concat_str(sign, whole, pl.lit("."), part).str.strip_chars_end("0").str.strip_chars_end(".")


_OF_A_STRETCH = ("agreement_id", "meter", "digits", "multiplier_micro")
_OF_A_READING = ("reading_id", "boundary_date", "value_micro", "kind")


def _reading_named(side: str) -> dict[str, pl.Expr]:
    named = {f"{side}_{name}": pl.col(name) for name in _OF_A_READING}
    return {f"reading_{side}_ix": pl.col("reading_ix"), **named}


def _evidence() -> pl.Expr:
    parts = {
        "meter": pl.col("meter"),
        "register": pl.col("register"),
        "from": _day("from_boundary_date"),
        "to": _day("to_boundary_date"),
        "from_value": micro_text("from_value_micro"),
        "to_value": micro_text("to_value_micro"),
        "multiplier": micro_text("multiplier_micro"),
        "digits": pl.col("digits"),
        "reading_ids": pl.concat_list("from_reading_id", "to_reading_id"),
        "kinds": pl.concat_list("from_kind", "to_kind"),
        "rollover": pl.col("to_value_micro") < pl.col("from_value_micro"),
    }
    return json_of(parts)


def json_of(parts: Mapping[str, pl.Expr]) -> pl.Expr:
    return pl.struct([part.alias(name) for name, part in parts.items()]).struct.json_encode()


def _day(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String)


def refused_rows(frame: pl.DataFrame, *, code: pl.Expr, **params: pl.Expr) -> pl.DataFrame:
    if frame.is_empty():
        return NO_REFUSALS
    found = frame.select("agreement_id", code=code, params=json_of(params))
    return conform(found.unique(maintain_order=True), REFUSAL_COLUMNS)


def conform(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    if [*frame.schema.items()] == [*columns.items()]:
        return frame
    return frame.select(pl.col(name).cast(kind) for name, kind in columns.items())


def verdicts_of(
    *, values: Mapping[tuple[UUID, date], tuple[Decimal, str]], digits: Mapping[UUID, int]
) -> dict[tuple[UUID, date], str]:
    """The engine's verdict of each reading in the history of its register.

    A reading that makes the next one fall below it gets ABOVE_NEXT beside its own verdict: either may be the wrong one.
    """
    keys = sorted(values)
    registers = {register: number for number, register in enumerate(dict.fromkeys(key[0] for key in keys))}
    columns: dict[str, list[Any]] = {
        "installation_ix": [0] * len(keys),
        "register_ix": [registers[register] for register, _day in keys],
        "register": [""] * len(keys),
        "digits": [digits[register] for register, _day in keys],
        "multiplier_micro": [MICRO] * len(keys),
        "reading_ix": list(range(len(keys))),
        "read_on": [day for _register, day in keys],
        "value_micro": [int(values[key][0] * MICRO) for key in keys],
        "kind": [values[key][1] for key in keys],
    }
    readings = pl.DataFrame({name: pl.Series(column, dtype=READINGS[name]) for name, column in columns.items()})
    judged = consumption_from_readings(readings=readings).verdicts.sort("reading_ix")["verdict"].to_list()
    found = dict(zip(keys, judged, strict=True))
    for key, after in pairwise(keys):
        if key[0] == after[0] and found[after] == "READING_BELOW_PREVIOUS":
            found[key] += ",ABOVE_NEXT"
    return found
