"""Who is served at points and which registers stand there, up to a day and as known at an instant.

Ends are cut to the day; an open one is the day, because LEAST passes over null.
"""

from datetime import date, datetime

import polars as pl
from django.db.models import BigIntegerField, F, Q, TextField, Value
from django.db.models.functions import Cast, Least

from rachun.apps.agreements.models import ServiceTerm
from rachun.apps.base.columns import IsOneOf, read_frame
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
    return read_frame(found, _TERMS)


def list_terms_at(points: pl.Series, *, until: date, known_until: datetime) -> pl.DataFrame:
    return list_terms(where=Q(_at(points)), until=until, known_until=known_until)


def list_registers_at(points: pl.Series, *, until: date, known_until: datetime) -> pl.DataFrame:
    """service_point_id, valid_from, valid_to, register_id, register, meter, digits, multiplier_micro."""
    found = Installation.objects.filter(
        known_at(instant=known_until),
        _at(points),
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
    return read_frame(found, _REGISTERS)


def served_to(agreement_ids: pl.Series) -> IsOneOf:
    """A condition: the row is of one of the agreements."""
    return IsOneOf("agreement_id", agreement_ids, kind="uuid")


def _at(points: pl.Series) -> IsOneOf:
    return IsOneOf("service_point_id", points.unique(), kind="uuid")
