"""What a bill run bills of meters: one snapshot of terms, installations, readings and stated consumption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import BigIntegerField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from rachun.apps.agreements.models import ServiceTerm
from rachun.apps.metering.mapping import (
    CONSUMPTION_COLUMNS,
    doubled,
    measured_rows,
    points_of,
    stretches_of,
    unread_starts,
)
from rachun.apps.metering.models import Consumption, Installation, Reading
from rachun.apps.metering.selectors.knowledge import known_at
from rachun.values.quantity import MICRO

_TERMS = {"agreement_id": pl.String(), "service_point_id": pl.String(), "valid_from": pl.Date(), "valid_to": pl.Date()}
_REGISTERS = {
    "service_point_id": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
    "register_id": pl.String(),
    "register": pl.String(),
    "meter": pl.String(),
    "digits": pl.Int64(),
    "multiplier_micro": pl.Int64(),
}
_READINGS = {
    "register_id": pl.String(),
    "reading_id": pl.String(),
    "boundary_date": pl.Date(),
    "value_micro": pl.Int64(),
    "kind": pl.String(),
}
_BILLED = {"agreement_id": pl.String(), "register": pl.String(), "billed_until": pl.Date()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumptionFrames:
    """consumption: agreement_id, register, period_from, period_to, quantity_micro, basis, evidence (JSON).
    refusals: agreement_id, code, params (JSON).
    """

    consumption: pl.DataFrame
    refusals: pl.DataFrame


def list_measured_consumption(
    *, agreement_ids: Sequence[UUID], billed_until: pl.DataFrame, until: date, known_until: datetime
) -> ConsumptionFrames:
    """Consumption of the agreements' served days before `until` that no bill holds yet, as known at `known_until`.

    billed_until: agreement_id, register, billed_until; an agreement that was never billed has no row there. Days
    without readings at both ends give no row, so the engine refuses them; nothing is estimated here. Four queries,
    whatever the number of agreements.

    evidence of a measured row: meter, register, from, to, from_value, to_value, multiplier, digits, reading_ids,
    kinds, rollover; of a stated one: consumption_id, text.  Refusals: READING_BELOW_PREVIOUS, BILLED_END_NOT_READ,
    CONSUMPTION_STATED_AND_MEASURED.
    """
    billed = billed_until.select(pl.col(name).cast(kind) for name, kind in _BILLED.items())
    terms = _terms(agreement_ids, until=until, known_until=known_until)
    registers = _registers(terms, until=until, known_until=known_until)
    stretches = stretches_of(terms=terms, registers=registers, billed_until=billed)
    readings = _readings(stretches, until=until, known_until=known_until)
    points = points_of(stretches=stretches, readings=readings)
    measured, below = measured_rows(points=points)
    stated = _stated(agreement_ids, billed=billed, until=until, known_until=known_until)
    refusals = pl.concat([below, unread_starts(points=points), doubled(measured=measured, stated=stated)])
    order = ["agreement_id", "register", "period_from", "period_to", "basis", "evidence"]
    return ConsumptionFrames(consumption=pl.concat([measured, stated]).sort(order), refusals=refusals)


def _terms(agreement_ids: Sequence[UUID], *, until: date, known_until: datetime) -> pl.DataFrame:
    found = ServiceTerm.objects.filter(
        known_at(instant=known_until), agreement_id__in=agreement_ids, valid_from__lt=until
    ).values_list(
        Cast("agreement_id", TextField()),
        Cast("service_point_id", TextField()),
        "valid_from",
        Coalesce("valid_to", Value(until)),
    )
    return _clipped(_frame(found, _TERMS), until=until)


def _registers(terms: pl.DataFrame, *, until: date, known_until: datetime) -> pl.DataFrame:
    points = [UUID(point) for point in terms["service_point_id"].unique().to_list()]
    found = Installation.objects.filter(
        known_at(instant=known_until),
        service_point_id__in=points,
        valid_from__lt=until,
        meter__registers__isnull=False,
    ).values_list(
        Cast("service_point_id", TextField()),
        "valid_from",
        Coalesce("valid_to", Value(until)),
        Cast("meter__registers__id", TextField()),
        "meter__registers__code",
        "meter__serial",
        "meter__registers__digits",
        Cast(F("meter__registers__multiplier") * MICRO, BigIntegerField()),
    )
    return _clipped(_frame(found, _REGISTERS), until=until)


def _readings(stretches: pl.DataFrame, *, until: date, known_until: datetime) -> pl.DataFrame:
    registers = [UUID(register) for register in stretches["register_id"].unique().to_list()]
    found = Reading.objects.filter(
        known_at(instant=known_until),
        register_id__in=registers,
        boundary_date__range=(stretches["start"].min() or until, until),
    ).values_list(
        Cast("register_id", TextField()),
        Cast("id", TextField()),
        "boundary_date",
        Cast(F("value") * MICRO, BigIntegerField()),
        "kind",
    )
    return _frame(found, _READINGS)


def _stated(agreement_ids: Sequence[UUID], *, billed: pl.DataFrame, until: date, known_until: datetime) -> pl.DataFrame:
    """Consumption on another basis that ends by `until` and starts where billing stopped or later."""
    found = Consumption.objects.filter(
        known_at(instant=known_until), agreement_id__in=agreement_ids, valid_to__lte=until
    ).values_list(
        Cast("agreement_id", TextField()),
        "register_code",
        "valid_from",
        "valid_to",
        Cast(F("quantity") * MICRO, BigIntegerField()),
        "basis",
        "evidence",
        Cast("id", TextField()),
    )
    rows = _frame(found, {**CONSUMPTION_COLUMNS, "consumption_id": pl.String()})
    open_rows = rows.join(billed, on=["agreement_id", "register"], how="left").filter(
        pl.col("billed_until").is_null() | (pl.col("period_from") >= pl.col("billed_until"))
    )
    told = pl.struct("consumption_id", text=pl.col("evidence")).struct.json_encode()
    return open_rows.with_columns(evidence=told).select(CONSUMPTION_COLUMNS.keys())


def _frame(rows: QuerySet[Any, tuple[Any, ...]], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(columns), orient="row")


def _clipped(frame: pl.DataFrame, *, until: date) -> pl.DataFrame:
    return frame.with_columns(pl.col("valid_to").clip(upper_bound=pl.lit(until)))
