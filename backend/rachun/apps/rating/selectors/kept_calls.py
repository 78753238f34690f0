"""Calls that are kept already, as columns, part by part."""

from collections.abc import Iterator, Mapping

import polars as pl
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from rachun.apps.base.columns import EpochMicroseconds, instant, read_frame
from rachun.apps.usage.models import UsageRecord

KEPT_CALLS: Mapping[str, pl.DataType] = {
    "load_key": pl.String(),
    "record_no": pl.Int64(),
    "agreement_id": pl.String(),
    "component": pl.String(),
    "destination": pl.String(),
    "called": pl.String(),
    "usage_date": pl.Date(),
    "started_at": pl.Int64(),  # microseconds since 1970, until it is made an instant
    "quantity_micro": pl.Int64(),
    "billed_s": pl.Int64(),
    "amount_micro": pl.Int64(),
}


def iterate_calls(records: QuerySet[UsageRecord], *, chunk: int) -> Iterator[pl.DataFrame]:
    """Those of `records` that are calls, in the order of the primary key; columns of KEPT_CALLS."""
    calls = records.filter(kind="CALLS")
    following = calls
    while True:
        rows = following.order_by("load_key", "record_no").values_list(
            Cast("load_key", TextField()),
            "record_no",
            Cast("agreement_id", TextField()),
            *("component", "destination", "called", "usage_date", EpochMicroseconds("occurred_at")),
            *("quantity_micro", "billed_s", "amount_micro"),
        )
        part = read_frame(rows[:chunk], KEPT_CALLS).sort("load_key", "record_no")
        if part.is_empty():
            return
        yield part.with_columns(instant("started_at"))
        load_key, record_no = part.select("load_key", "record_no").row(-1)
        following = calls.filter(Q(load_key=load_key, record_no__gt=record_no) | Q(load_key__gt=load_key))
