"""A batch is taken once: its row, the keys of its records, the records themselves, in one transaction.

The caller holds that transaction from open_batch to close_batch. Whatever dies between leaves neither row nor key
behind, and no table that anybody looks at (fill_table.py), so a second try starts from nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection

from rachun.apps.base.copying import EncodedRows, encode_rows, raw_ids
from rachun.apps.base.partitions import attach_load
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import UsageBatch, UsageSource

PARENT = "usage_usagerecord"
# The types that COPY sends; ids are 16 bytes. What is common to all records of a batch its table knows.
RECORD_COLUMNS: Mapping[str, pl.DataType] = {
    "record_no": pl.Int32(),
    "state": pl.String(),
    "reason": pl.String(),
    "agreement_id": pl.Binary(),
    "component": pl.String(),
    "occurred_at": pl.Datetime("us", "UTC"),
    "usage_date": pl.Date(),
    "caller": pl.String(),
    "called": pl.String(),
    "duration_s": pl.Int32(),
    "item": pl.String(),
    "quantity_micro": pl.Int64(),
    "destination": pl.String(),
    "prefix": pl.String(),
    "billed_s": pl.Int32(),
    "amount_micro": pl.Int64(),
    "document": pl.String(),
    "raw": pl.String(),
}
OFTEN_EMPTY = ("item", "document")  # the table knows that they are, unless a record says otherwise


def open_batch(*, source: UsageSource, name: str, sha256: str, received_at: datetime) -> tuple[UsageBatch, bool]:
    """The batch of these bytes, and whether it is new; a file that is being taken elsewhere is waited for."""
    assert_in_transaction()
    take_turn(source_id=source.id)
    batch = UsageBatch(
        legal_entity_id=source.legal_entity_id,
        source=source,
        name=name,
        sha256=sha256,
        state=UsageBatch.State.LOADING,
        received_at=received_at,
    )
    UsageBatch.objects.bulk_create([batch], ignore_conflicts=True)
    kept = UsageBatch.objects.select_for_update().get(source=source, sha256=sha256)
    kept.source = source
    return kept, kept.id == batch.id


def take_turn(*, source_id: UUID) -> None:
    """One batch of a source at a time: two files that share records would take their keys in different orders."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [str(source_id)])


def encode_records(*, records: pl.DataFrame) -> EncodedRows:
    """Rows for store_records, without the database. records: RECORD_COLUMNS, the agreement as the text of its id."""
    whole = records.with_columns(raw_ids(records["agreement_id"]))
    sent = [name for name in RECORD_COLUMNS if name not in OFTEN_EMPTY or (records[name] != "").any()]
    return encode_rows(whole.select(pl.col(name).cast(RECORD_COLUMNS[name]) for name in sent))


def open_table(batch: UsageBatch) -> str:
    """The batch's bare table, for records of its source only. Opening it again changes nothing."""
    with connection.cursor() as cursor:
        facts: list[Any] = [batch.id, batch.source_id, batch.source.kind, batch.received_at]
        cursor.execute("SELECT open_usage_load(%s, %s, %s, %s)", facts)
        (table,) = cursor.fetchone()
    return str(table)


def close_batch(*, batch: UsageBatch, record_count: int, error_count: int, totals: Mapping[str, Any]) -> UsageBatch:
    """Attach the batch's table and state its counts. The database refuses records without their keys."""
    assert_in_transaction()
    open_table(batch)
    batch.added_count = attach_load(parent=PARENT, load_key=batch.id)
    batch.record_count, batch.error_count = record_count, error_count
    batch.totals = {name: str(total) for name, total in totals.items()}
    batch.state = UsageBatch.State.LOADED
    batch.save(update_fields=["added_count", "record_count", "error_count", "totals", "state"])
    return batch
