"""A batch is taken once: its row, the keys of its records, the records themselves, in one transaction.

The caller holds that transaction from open_batch to close_batch. Whatever dies between leaves neither row nor key nor
table behind, so a second try starts from nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection

from rachun.apps.base.partitions import attach_load, open_load
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import UsageBatch, UsageSource

PARENT = "usage_usagerecord"
KEYS_PER_STATEMENT = 50_000
RECORD_COLUMNS: Mapping[str, str] = {
    "load_key": "uuid",
    "record_no": "int4",
    "source_id": "uuid",
    "kind": "varchar",
    "state": "varchar",
    "reason": "varchar",
    "agreement_id": "uuid",
    "component": "varchar",
    "occurred_at": "timestamptz",
    "usage_date": "date",
    "caller": "varchar",
    "called": "varchar",
    "duration_s": "int4",
    "item": "varchar",
    "quantity_micro": "int8",
    "destination": "varchar",
    "prefix": "varchar",
    "billed_s": "int4",
    "amount_micro": "int8",
    "bill_id": "uuid",
    "document": "varchar",
    "raw": "text",
    "recorded_at": "timestamptz",
}
_UUIDS = [name for name, kind in RECORD_COLUMNS.items() if kind == "uuid"]
_TAKE_KEYS = """
INSERT INTO usage_usagekey (source_id, key_hash, occurrence, load_key)
SELECT %s, k.key_hash, k.occurrence, %s FROM unnest(%s::uuid[], %s::int[]) AS k (key_hash, occurrence)
ORDER BY 2, 3
ON CONFLICT DO NOTHING RETURNING key_hash::text, occurrence
"""


def open_batch(*, source: UsageSource, name: str, sha256: str, received_at: datetime) -> tuple[UsageBatch, bool]:
    """The batch of these bytes, and whether it is new; a file that is being taken elsewhere is waited for."""
    assert_in_transaction()
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
    return kept, kept.id == batch.id


def take_keys(*, batch: UsageBatch, records: pl.DataFrame) -> pl.DataFrame:
    """The records nobody took before; they are this batch's from now on.

    records: record_key and occurrence (from 1 within the file), among others. Keys are inserted in one order, so two
    batches that share records wait for each other and cannot deadlock.
    """
    assert_in_transaction()
    hashed = records.with_columns(key_hash=pl.Series([key_hash(key) for key in records["record_key"]], dtype=pl.String))
    new: list[tuple[str, int]] = []
    ordered = hashed.select("key_hash", "occurrence").sort("key_hash", "occurrence")
    with connection.cursor() as cursor:
        for part in ordered.iter_slices(KEYS_PER_STATEMENT):
            keys, numbers = part["key_hash"].to_list(), part["occurrence"].to_list()
            cursor.execute(_TAKE_KEYS, [batch.source_id, batch.id, keys, numbers])
            new += cursor.fetchall()
    schema = {"key_hash": pl.String(), "occurrence": records.schema["occurrence"]}
    taken = pl.DataFrame(new, schema=schema, orient="row")
    return hashed.join(taken, on=["key_hash", "occurrence"], how="semi", maintain_order="left").drop("key_hash")


def key_hash(record_key: str) -> str:
    """128 bits of the key's SHA-256, as the text of a UUID."""
    return str(UUID(bytes=sha256(record_key.encode()).digest()[:16]))


def store_records(*, batch: UsageBatch, records: pl.DataFrame) -> None:
    """Copy rows into the batch's own bare table. records: RECORD_COLUMNS without load_key, source_id, bill_id."""
    assert_in_transaction()
    table = open_load(parent=PARENT, load_key=batch.id)
    whole = records.with_columns(
        load_key=pl.lit(str(batch.id)), source_id=pl.lit(str(batch.source_id)), bill_id=pl.lit(None, pl.String)
    ).select(RECORD_COLUMNS.keys())
    places = [whole.columns.index(name) for name in _UUIDS]
    known: dict[str | None, UUID | None] = {None: None}
    columns = ", ".join(f'"{name}"' for name in RECORD_COLUMNS)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        copy.set_types(list(RECORD_COLUMNS.values()))
        for row in whole.iter_rows():
            cells: list[Any] = list(row)
            for place in places:
                text = cells[place]
                if text not in known:
                    known[text] = UUID(text)
                cells[place] = known[text]
            copy.write_row(cells)


def close_batch(*, batch: UsageBatch, record_count: int, error_count: int, totals: Mapping[str, Any]) -> UsageBatch:
    """Attach the batch's table and state its counts. The database refuses records without their keys."""
    assert_in_transaction()
    open_load(parent=PARENT, load_key=batch.id)
    batch.added_count = attach_load(parent=PARENT, load_key=batch.id)
    batch.record_count, batch.error_count = record_count, error_count
    batch.totals = {name: str(total) for name, total in totals.items()}
    batch.state = UsageBatch.State.LOADED
    batch.save(update_fields=["added_count", "record_count", "error_count", "totals", "state"])
    return batch
