"""Calls priced by other tables beside the tariff's: what a carrier charges us for them."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import polars as pl
from django.db.models import QuerySet

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.rating.selectors.destination_tables import get_destination_tables
from rachun.apps.rating.selectors.kept_calls import iterate_calls
from rachun.apps.usage.models import PricingRun, UsageRecord
from rachun.apps.usage.services import keep_priced
from rachun.engine.rating.calls import rate_calls
from rachun.engine.rating.table import DestinationTable
from rachun.values.quantity import MICRO

CHUNK = 50_000
_PRICE = {"prefix": pl.String(), "destination": pl.String(), "billed_s": pl.Int64(), "amount_micro": pl.Int64()}


def price_runs(
    *, source_id: UUID, records: QuerySet[UsageRecord], priced_at: datetime
) -> Mapping[str, Mapping[str, int]]:
    """Price talked calls among `records` by every run of the source, also those that wait for their subscriber.

    A price stands once it is found; what had none is priced again, so a second call converges. Answers, for each run,
    how many were priced and how many wait for which reason.
    """
    assert_in_transaction()
    runs = list(PricingRun.objects.filter(source_id=source_id).select_related("table").order_by("code"))
    counts: dict[str, Counter[str]] = {run.code: Counter() for run in runs}
    if not runs:
        return counts
    entity_id = runs[0].table.legal_entity_id
    tables = get_destination_tables(legal_entity_id=entity_id, codes=[run.table.code for run in runs])
    talked = records.filter(quantity_micro__gt=0).exclude(state=UsageRecord.State.UNBILLABLE)
    for calls in iterate_calls(talked, chunk=CHUNK):
        for run in runs:
            priced = priced_by(calls, table=tables.get(run.table.code))
            keep_priced(run=run, priced=priced, priced_at=priced_at)
            counts[run.code].update(dict(priced.group_by("reason").len().iter_rows()))
    return {code: {reason or "PRICED": count for reason, count in found.items()} for code, found in counts.items()}


def priced_by(calls: pl.DataFrame, *, table: DestinationTable | None) -> pl.DataFrame:
    """load_key, record_no, prefix, destination, billed_s, amount_micro, reason; nothing priced costs null, never 0."""
    keys = calls.select("load_key", "record_no")
    if table is None:
        nothing = [pl.lit(None, kind).alias(name) for name, kind in _PRICE.items()]
        return keys.with_columns(*nothing, reason=pl.lit("NO_RATE"))
    asked = calls.with_columns(answered=True, billable_s=pl.col("quantity_micro") // MICRO)
    rated = rate_calls(calls=asked, table=table)
    return keys.with_columns(
        prefix=rated["prefix"],
        destination=rated["label"],
        billed_s=rated["billed_s"],
        amount_micro=rated["amount_micro"],
        reason=rated["error"].fill_null(""),
    )
