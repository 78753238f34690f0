"""Who is served at points and which registers stand there, up to a day and as known at an instant.

Ends are cut to the day; an open one is the day, because LEAST passes over null.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import BigIntegerField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Least

from rachun.apps.agreements.models import ServiceTerm
from rachun.apps.metering.models import Installation
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


def list_terms(*, where: Q, until: date, known_until: datetime) -> pl.DataFrame:
    """agreement_id, service_point_id, valid_from, valid_to of the served stretches."""
    found = ServiceTerm.objects.filter(where, known_at(instant=known_until), valid_from__lt=until).values_list(
        Cast("agreement_id", TextField()),
        Cast("service_point_id", TextField()),
        "valid_from",
        Least("valid_to", Value(until)),
    )
    return _frame(found, _TERMS)


def list_terms_at(points: pl.Series, *, until: date, known_until: datetime) -> pl.DataFrame:
    return list_terms(where=Q(service_point_id__in=_ids(points)), until=until, known_until=known_until)


def list_registers_at(points: pl.Series, *, until: date, known_until: datetime) -> pl.DataFrame:
    """service_point_id, valid_from, valid_to, register_id, register, meter, digits, multiplier_micro."""
    found = Installation.objects.filter(
        known_at(instant=known_until),
        service_point_id__in=_ids(points),
        valid_from__lt=until,
        meter__registers__isnull=False,
    ).values_list(
        Cast("service_point_id", TextField()),
        "valid_from",
        Least("valid_to", Value(until)),
        Cast("meter__registers__id", TextField()),
        "meter__registers__code",
        "meter__serial",
        "meter__registers__digits",
        Cast(F("meter__registers__multiplier") * MICRO, BigIntegerField()),
    )
    return _frame(found, _REGISTERS)


def _ids(points: pl.Series) -> list[UUID]:
    return [UUID(point) for point in points.unique().to_list()]


def _frame(rows: QuerySet[Any, tuple[Any, ...]], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(columns), orient="row")
