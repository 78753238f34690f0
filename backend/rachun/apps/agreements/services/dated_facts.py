"""Changing dated facts: what was in force is superseded, its days before the change are written again."""

from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model, Q

from rachun.apps.base.fields import DatedFact
from rachun.apps.base.transactions import assert_in_transaction

Fact = TypeVar("Fact", bound=DatedFact)


def replace_from(
    *, model: type[Fact], key: dict[str, Any], new: dict[str, Any] | None, start: date, end: date | None, at: datetime
) -> Fact | None:
    """From `start` to `end`, let `new` be the fact for `key`; None ends it. What lies before and after stays.

    Returns the new fact. The knowledge time of every touched row is closed at `at`, so the past stays known.
    """
    assert_in_transaction()
    assert end is None or start < end, "a period has a day"
    touched = model._default_manager.select_for_update().filter(superseded_at__isnull=True, **key)  # noqa: SLF001 -- Django's own name
    touched = touched.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=start))
    if end is not None:
        touched = touched.filter(valid_from__lt=end)
    rows = list(touched.order_by("valid_from"))
    model._default_manager.filter(pk__in=[row.pk for row in rows]).update(superseded_at=at)  # noqa: SLF001 -- as above
    for row in rows:
        if row.valid_from < start:
            write_again(row=row, valid_from=row.valid_from, valid_to=start, at=at)
        if end is not None and (row.valid_to is None or row.valid_to > end):
            write_again(row=row, valid_from=end, valid_to=row.valid_to, at=at)
    if new is None:
        return None
    return model._default_manager.create(valid_from=start, valid_to=end, recorded_at=at, **key, **new)  # noqa: SLF001 -- as above


def write_again(*, row: DatedFact, valid_from: date, valid_to: date | None, at: datetime) -> None:
    """Insert the same fact for other days."""
    own = {"id", "valid_from", "valid_to", "recorded_at", "superseded_at"}
    facts = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in own}  # noqa: SLF001 -- Django's own name
    model: type[Model] = type(row)
    model._default_manager.create(valid_from=valid_from, valid_to=valid_to, recorded_at=at, **facts)  # noqa: SLF001 -- as above
