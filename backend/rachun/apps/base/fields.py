"""The bases that every table of the product stands on."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Func

from rachun.values.ids import uuid7


class Entity(models.Model):
    """A row with an id made by the application."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class AppendOnly(models.Model):
    """A row that the application roles may insert and read, never change or delete.

    UPDATABLE names the few columns that stay open, such as the knowledge time at which a fact was superseded.
    The grants follow from this class: see apps/base/management/commands/grant_roles.py.
    """

    UPDATABLE: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True


class DatedFact(Entity, AppendOnly):
    """A fact with valid time `[valid_from, valid_to)` and knowledge time `[recorded_at, superseded_at)`.

    A change adds a row and closes the knowledge time of the one that it replaces; nothing is overwritten, so a bill
    run can be repeated as of any past instant.
    """

    UPDATABLE = ("superseded_at",)

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


def no_overlap(*, name: str, by: tuple[str | Func, ...]) -> list[models.BaseConstraint]:
    """Refuse two facts in force for the same `by` columns on one day, and a period that ends before it starts."""
    return [
        ExclusionConstraint(
            name=f"{name}_overlap",
            expressions=[
                *((column, RangeOperators.EQUAL) for column in by),
                (
                    Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                    RangeOperators.OVERLAPS,
                ),
            ],
            condition=models.Q(superseded_at__isnull=True),
        ),
        models.CheckConstraint(
            name=f"{name}_period",
            condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
        ),
    ]
