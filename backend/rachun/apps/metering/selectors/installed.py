"""Who is served at points and which registers stand there, up to a day and as known at an instant.

Ends are cut to the day; an open one is the day, because LEAST passes over null.
"""

from datetime import date, datetime

import polars as pl
from django.db.models import BigIntegerField, DateField, DateTimeField, Expression, F, TextField
from django.db.models.functions import Cast, Least

from rachun.apps.agreements.models import ServiceTerm
from rachun.apps.base.columns import IsOneOf, listed
from rachun.apps.base.questions import FrameQuestion, Rows, Told
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


_UNTIL, _KNOWN_UNTIL = Told("until", DateField()), Told("known_until", DateTimeField())
_WANTED = Told("wanted", TextField())


def served_to(agreement_ids: pl.Series | Expression) -> IsOneOf:
    """A condition: the row is of one of the agreements."""
    return IsOneOf("agreement_id", agreement_ids, kind="uuid")


def _terms(where: IsOneOf) -> Rows:
    return ServiceTerm.objects.filter(where, known_at(instant=_KNOWN_UNTIL), valid_from__lt=_UNTIL).values_list(
        Cast("agreement_id", TextField()),
        Cast("service_point_id", TextField()),
        "valid_from",
        Least("valid_to", _UNTIL),
    )


def _registers() -> Rows:
    return Installation.objects.filter(
        known_at(instant=_KNOWN_UNTIL),
        _at(_WANTED),
        valid_from__lt=_UNTIL,
        meter__registers__isnull=False,
    ).values_list(
        Cast("service_point_id", TextField()),
        "valid_from",
        Least("valid_to", _UNTIL),
        Cast("meter__registers__id", TextField()),
        "meter__registers__code",
        "meter__serial",
        "meter__registers__digits",
        Cast(F("meter__registers__multiplier") * MICRO, BigIntegerField()),
    )


def _at(points: Expression) -> IsOneOf:
    return IsOneOf("service_point_id", points, kind="uuid")


_TERMS_OF = FrameQuestion(lambda: _terms(served_to(_WANTED)), _TERMS)
_TERMS_AT = FrameQuestion(lambda: _terms(_at(_WANTED)), _TERMS)
_REGISTERS_AT = FrameQuestion(_registers, _REGISTERS)


def list_terms_of(agreement_ids: pl.Series, *, until: date, known_until: datetime) -> pl.DataFrame:
    """agreement_id, service_point_id, valid_from, valid_to of the agreements' served stretches."""
    return _TERMS_OF.ask(wanted=listed(agreement_ids), until=until, known_until=known_until)


def list_terms_at(points: pl.Series, *, until: date, known_until: datetime) -> pl.DataFrame:
    """The same of everybody who is served at the points."""
    return _TERMS_AT.ask(wanted=listed(points.unique()), until=until, known_until=known_until)


def list_registers_at(points: pl.Series, *, until: date, known_until: datetime) -> pl.DataFrame:
    """service_point_id, valid_from, valid_to, register_id, register, meter, digits, multiplier_micro."""
    return _REGISTERS_AT.ask(wanted=listed(points.unique()), until=until, known_until=known_until)
