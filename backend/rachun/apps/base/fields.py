"""The two bases that every table of the product stands on."""

from typing import ClassVar

from django.db import models

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
