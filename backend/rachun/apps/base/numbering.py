"""Gapless numbers of legal documents, taken inside the transaction that issues them."""

from datetime import date
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, NotFound
from rachun.apps.base.models import NumberSeries
from rachun.apps.base.transactions import assert_in_transaction


class NumberSeriesNotFound(NotFound):
    code = "number_series_not_found"
    title = _("There is no number series for this kind of document and year.")


class DocumentDateBeforeSeries(Conflict):
    code = "document_date_before_series"
    title = _("The series already holds a document with a later date.")


def open_series(
    *, legal_entity_id: UUID, kind: str, year: int, prefix: str = "", digits: int = 6, branch_id: UUID | None = None
) -> NumberSeries:
    """Find the series or start it at one. Safe to repeat."""
    series, _created = NumberSeries.objects.get_or_create(
        legal_entity_id=legal_entity_id,
        branch_id=branch_id,
        kind=kind,
        year=year,
        prefix=prefix,
        defaults={"digits": digits},
    )
    return series


def take_first_value(*, series_id: UUID, count: int, document_date: date) -> tuple[NumberSeries, int]:
    """Lock the series, reserve `count` values and return the series with the first of them.

    Call it last: the lock is held until the commit, and a rollback gives the values back.
    Raises NumberSeriesNotFound, DocumentDateBeforeSeries.
    """
    assert_in_transaction()
    assert count > 0, "at least one number is taken"
    series = NumberSeries.objects.select_for_update().filter(id=series_id).first()
    if series is None:
        raise NumberSeriesNotFound(series_id=series_id)
    if series.latest_date is not None and document_date < series.latest_date:
        raise DocumentDateBeforeSeries(latest_date=series.latest_date, document_date=document_date)
    NumberSeries.objects.filter(id=series_id).update(next_value=F("next_value") + count, latest_date=document_date)
    return series, series.next_value


def format_number(*, series: NumberSeries, value: int) -> str:
    return f"{series.prefix}{value:0{series.digits}d}"


def take_numbers(*, series_id: UUID, count: int, document_date: date) -> list[str]:
    """Like take_first_value, but the finished numbers."""
    series, first = take_first_value(series_id=series_id, count=count, document_date=document_date)
    return [format_number(series=series, value=value) for value in range(first, first + count)]
