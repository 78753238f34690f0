"""Usage as the columns that a bill is priced from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Count, QuerySet, Sum, TextField
from django.db.models.functions import Cast, Least

from rachun.apps.base.columns import IsOneOf
from rachun.apps.usage.models import UsageRecord, UsageSource
from rachun.values.quantity import INT64_MAX, MICRO

_USAGE = {
    "agreement_id": pl.String(),
    "component": pl.String(),
    "label": pl.String(),
    "usage_date": pl.Date(),
    "billed_s": pl.Int64(),
    "count": pl.Int64(),
    "amount_micro": pl.Int64(),
    "covered_s": pl.Int64(),
}
_DELIVERIES = {
    "agreement_id": pl.String(),
    "load_key": pl.String(),
    "record_no": pl.Int64(),
    "item": pl.String(),
    "performed_on": pl.Date(),
    "quantity_micro": pl.Int64(),
}
_SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BillableUsage:
    """calls: agreement_id, component, label, usage_date, units_micro (minutes), count, amount_micro, covered_s
    (of the seconds, those that bundles paid).

    The minutes of a calendar month are rounded once: day k holds what the month up to its end rounds to, less the days
    before it. An amount that 64 bits do not hold stands at their bound, which pricing refuses.

    deliveries: agreement_id, load_key, record_no, item, performed_on, quantity_micro, one row each in a fixed order;
    load_key and record_no identify the record.
    """

    calls: pl.DataFrame
    deliveries: pl.DataFrame


def list_billed_usage(*, agreement_ids: pl.Series, bill_ids: Sequence[UUID]) -> BillableUsage:
    """What these bills hold of the agreements (texts), for pricing it again."""
    held = UsageRecord.objects.filter(
        IsOneOf("agreement_id", agreement_ids, kind="uuid"), state=UsageRecord.State.BILLED, bill_id__in=bill_ids
    )
    return BillableUsage(
        calls=_call_days(held.filter(kind=UsageSource.Kind.CALLS)),
        deliveries=_delivered(held.filter(kind=UsageSource.Kind.DELIVERIES)),
    )


def list_used_calls(*, agreement_ids: Sequence[UUID], start: date, end: date, known_until: datetime) -> pl.DataFrame:
    """Rated calls of the days [start, end), billed or not, in the columns of BillableUsage.calls."""
    return _call_days(_used(agreement_ids, start=start, end=end, known_until=known_until, kind=UsageSource.Kind.CALLS))


def list_used_deliveries(
    *, agreement_ids: Sequence[UUID], start: date, end: date, known_until: datetime
) -> pl.DataFrame:
    """Services delivered on the days [start, end), billed or not, in the columns of BillableUsage.deliveries."""
    kind = UsageSource.Kind.DELIVERIES
    return _delivered(_used(agreement_ids, start=start, end=end, known_until=known_until, kind=kind))


def _call_days(records: QuerySet[UsageRecord]) -> pl.DataFrame:
    found = (
        records.values("agreement_id", "component", "destination", "usage_date")
        .annotate(
            seconds=Sum("billed_s"),
            calls=Count("record_no"),
            worth=Least(Sum("amount_micro"), INT64_MAX),
            covered=Sum("covered_s", default=0),
        )
        .values_list(
            Cast("agreement_id", TextField()),
            *("component", "destination", "usage_date", "seconds", "calls", "worth", "covered"),
        )
    )
    return call_days(found)


def call_days(rows: Iterable[tuple[Any, ...]]) -> pl.DataFrame:
    """Columns of BillableUsage.calls. rows: agreement, component, destination, day, seconds, calls, worth, covered."""
    group = ["agreement_id", "component", "label", pl.col("usage_date").dt.truncate("1mo")]
    days = _frame(rows, _USAGE).sort("agreement_id", "component", "label", "usage_date")
    upto = pl.col("billed_s").cum_sum().over(group)
    minutes = [_minutes_micro(seconds) for seconds in (upto, upto - pl.col("billed_s"))]
    return days.with_columns(units_micro=minutes[0] - minutes[1]).select(
        "agreement_id", "component", "label", "usage_date", "units_micro", "count", "amount_micro", "covered_s"
    )


def _delivered(records: QuerySet[UsageRecord]) -> pl.DataFrame:
    found = records.values_list(
        Cast("agreement_id", TextField()),
        Cast("load_key", TextField()),
        "record_no",
        "item",
        "usage_date",
        "quantity_micro",
    )
    return delivered(found)


def delivered(rows: Iterable[tuple[Any, ...]]) -> pl.DataFrame:
    """Columns of BillableUsage.deliveries. rows: in the order of these columns."""
    return _frame(rows, _DELIVERIES).sort("agreement_id", "performed_on", "load_key", "record_no")


def count_usage_by_state(*, agreement_ids: Sequence[UUID], before: date, known_until: datetime) -> Mapping[str, int]:
    """How many records of the agreements stand in which state, for the control sheet; unbillable ones are left out."""
    found = (
        UsageRecord.objects.filter(agreement_id__in=agreement_ids, usage_date__lt=before, recorded_at__lte=known_until)
        .exclude(state=UsageRecord.State.UNBILLABLE)
        .values_list("state")
        .annotate(records=Count("record_no"))
    )
    return dict(found)


def _used(
    agreement_ids: Sequence[UUID], *, start: date, end: date, known_until: datetime, kind: UsageSource.Kind
) -> QuerySet[UsageRecord]:
    return UsageRecord.objects.filter(
        agreement_id__in=agreement_ids,
        state__in=(UsageRecord.State.RATED, UsageRecord.State.BILLED),
        kind=kind,
        usage_date__gte=start,
        usage_date__lt=end,
        recorded_at__lte=known_until,
    )


def _minutes_micro(seconds: pl.Expr) -> pl.Expr:
    """Half up; seconds are never negative."""
    return (seconds * MICRO * 2 + _SECONDS_PER_MINUTE) // (2 * _SECONDS_PER_MINUTE)


def _frame(rows: Iterable[tuple[Any, ...]], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([[_plain(cell) for cell in row] for row in rows], schema=dict(columns), orient="row")


def _plain(cell: Any) -> Any:
    """Sums of bigint come as whole decimals."""
    return int(cell) if isinstance(cell, Decimal) else cell
