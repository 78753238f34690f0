"""Each record is taken once, whatever file or call of the interface it comes in.

Note [Keys in the order of time]
A key is the second at which the usage began and 96 bits of the SHA-256 of the record key. Keys of one file so lie side
by side in the index, which stays in memory and costs the same at a thousand million keys as at one million; keys spread
by a hash alone cost three times as much. A sender's own record key must be known again even when the record comes with
another time, so it has no second and is 128 bits of the hash.
"""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from rachun.apps.base.copying import EncodedRows, copy_frame, copy_rows, encode_rows
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import UsageBatch

KEYS, STAGE = "usage_usagekey", "usage_key_stage"
KEY_BYTES, SECOND_BYTES = 16, 4
SECONDS_MAX = 2**32 - 1
Bytes = npt.NDArray[np.uint8]
_UNFED = sha256()
_DIGEST_BYTES = _UNFED.digest_size
_OPEN = """
CREATE TEMPORARY TABLE IF NOT EXISTS usage_key_stage (key_hash uuid, occurrence int, place int) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS usage_key_seen (key_hash uuid PRIMARY KEY, times int NOT NULL) ON COMMIT DROP;
TRUNCATE usage_key_stage;
"""
# An equal record of the same file came before: count on from there. Of a key that other batches hold nothing, the
# batch's own rows are the count.
_COUNT_ON = """
UPDATE usage_key_stage s SET occurrence = s.occurrence + b.times
  FROM (SELECT k.key_hash, coalesce(e.times, count(*) FILTER (WHERE k.load_key = %(batch)s)) AS times
          FROM usage_usagekey k LEFT JOIN usage_key_seen e USING (key_hash)
         WHERE k.source_id = %(source)s AND k.key_hash IN (SELECT key_hash FROM usage_key_stage)
         GROUP BY k.key_hash, e.times) b
 WHERE b.key_hash = s.key_hash AND b.times > 0
"""
_TAKE = """
WITH taken AS (
    INSERT INTO usage_usagekey (source_id, key_hash, occurrence, load_key)
    SELECT %(source)s, key_hash, occurrence, %(batch)s FROM usage_key_stage ORDER BY key_hash, occurrence
    ON CONFLICT DO NOTHING RETURNING key_hash, occurrence)
SELECT s.place FROM taken JOIN usage_key_stage s USING (key_hash, occurrence)
"""
_REMEMBER = """
INSERT INTO usage_key_seen (key_hash, times)
SELECT s.key_hash, max(s.occurrence) FROM usage_key_stage s
 WHERE EXISTS (SELECT FROM usage_usagekey k
                WHERE k.source_id = %(source)s AND k.key_hash = s.key_hash AND k.load_key <> %(batch)s)
 GROUP BY s.key_hash
ON CONFLICT (key_hash) DO UPDATE SET times = excluded.times
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRecords:
    """keys: key_hash and occurrence in ascending order, one order for all. order: the record of each key. rows: of the
    keys, as their table takes them.
    """

    records: pl.DataFrame
    keys: pl.DataFrame
    order: npt.NDArray[np.int64]
    rows: EncodedRows


class KeyTaker:
    """Takes the records of one batch, part by part, in the transaction of the batch."""

    def __init__(self, batch: UsageBatch) -> None:
        self._batch = batch
        self._expects_known = False

    def key(self, records: pl.DataFrame) -> KeyedRecords:
        """Make ready what `take` needs, without the database; any thread may do it.

        records: record_key, occurrence (from 1 within these), keyed_at (null for a sender's own key), among others.
        """
        hashed = key_bytes(records)
        order = np.argsort(hashed.view(">u8")[:, 0], kind="stable").astype(np.int64)
        whole = pa.py_buffer(np.ascontiguousarray(hashed[order]))
        column = pa.Array.from_buffers(pa.binary(KEY_BYTES), len(order), [None, whole]).cast(pa.binary())
        keys = pl.DataFrame({"key_hash": pl.Series(pl.from_arrow(column), dtype=pl.Binary)})
        numbered = keys.with_columns(records["occurrence"].cast(pl.Int32)[order].alias("occurrence"))
        return KeyedRecords(records=records, keys=numbered, order=order, rows=encode_rows(self._of_batch(numbered)))

    def take(self, keyed: KeyedRecords) -> pl.DataFrame:
        """The records nobody took before; they are this batch's from now on.

        New records are the rule, so they are copied first and compared only when the database refuses one of them.
        """
        assert_in_transaction()
        records = keyed.records
        if records.is_empty() or (not self._expects_known and self._copied(keyed.rows)):
            return records
        places = self._compared(keyed.keys)
        self._expects_known = len(places) < records.height
        return records[np.sort(keyed.order[np.array(places, dtype=np.int64)])] if places else records.clear()

    def _of_batch(self, keys: pl.DataFrame) -> pl.DataFrame:
        return keys.select(
            pl.lit(self._batch.source_id.bytes, pl.Binary).alias("source_id"),
            "key_hash",
            "occurrence",
            pl.lit(self._batch.id.bytes, pl.Binary).alias("load_key"),
        )

    def _copied(self, rows: EncodedRows) -> bool:
        """False, and nothing written, when one of the keys exists."""
        try:
            with transaction.atomic():
                copy_rows(table=KEYS, rows=rows)
        except UniqueViolation:
            return False
        return True

    def _compared(self, keys: pl.DataFrame) -> list[int]:
        """Places in `keys` of those that did not exist."""
        mine = {"source": self._batch.source_id, "batch": self._batch.id}
        with connection.cursor() as cursor:
            cursor.execute(_OPEN)
            copy_frame(table=STAGE, frame=keys.with_row_index("place").with_columns(pl.col("place").cast(pl.Int32)))
            cursor.execute("ANALYZE usage_key_stage")
            cursor.execute(_COUNT_ON, mine)
            cursor.execute(_TAKE, mine)
            places = [int(place) for (place,) in cursor.fetchall()]
            cursor.execute(_REMEMBER, mine)
        return places


def key_bytes(records: pl.DataFrame) -> Bytes:
    """One row of 16 bytes for each record. Note [Keys in the order of time]."""
    hashed = np.frombuffer(_digests(records["record_key"]), dtype=np.uint8).reshape(-1, _DIGEST_BYTES)[:, :KEY_BYTES]
    hashed = hashed.copy()
    seconds = records["keyed_at"].dt.epoch("s")
    timed = seconds.is_between(0, SECONDS_MAX).fill_null(value=False).to_numpy()
    written = seconds.fill_null(0).to_numpy().astype(">u4").view(np.uint8).reshape(-1, SECOND_BYTES)
    hashed[timed, :SECOND_BYTES] = written[timed]
    return hashed


def _digests(keys: pl.Series) -> bytearray:
    """One after another. A copy of a hash that was fed nothing costs half of a new one."""
    whole = bytearray()
    for key in keys.cast(pl.Binary).to_list():
        fed = _UNFED.copy()
        fed.update(key)
        whole += fed.digest()
    return whole
