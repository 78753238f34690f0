"""Columns into a table by binary COPY: the way of every bulk write."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import polars as pl
import pyarrow as pa
from django.db import connection
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import sql

from rachun.apps.base.transactions import assert_in_transaction
from rachun.values.ids import uuid7_bytes

# The binary form of jsonb is one version byte and the text.
JSONB_VERSION: Final = "\x01"
UUID_BYTES: Final = 16


def id_column(name: str, ids: Sequence[UUID | None]) -> pl.Series:
    """UUIDs as the 16 bytes that COPY sends."""
    return pl.Series(name, [None if one is None else one.bytes for one in ids], dtype=pl.Binary)


def raw_ids(column: pl.Series) -> pl.Series:
    """UUIDs written as text → the bytes that COPY sends; read as one text, which costs a third of reading each."""
    told = column.drop_nulls()
    raw = bytes.fromhex((told.str.join("").item() or "").replace("-", ""))
    assert len(raw) == UUID_BYTES * len(told), "an id that is no UUID"
    known = pl.Series(column.name, pl.from_arrow(_in_pieces(raw, size=UUID_BYTES)), dtype=pl.Binary)
    if len(told) == len(column):
        return known
    place = column.is_not_null().cum_sum().cast(pl.Int64) - 1
    return known.gather(place.set(column.is_null(), None))


def _in_pieces(raw: bytes, *, size: int) -> pa.Array:
    pieces = pa.Array.from_buffers(pa.binary(size), len(raw) // size, [None, pa.py_buffer(raw)])
    return pieces.cast(pa.binary())


def new_ids(name: str, count: int) -> pl.Series:
    """As many new UUIDs, in their order."""
    return pl.Series(name, uuid7_bytes(count), dtype=pl.Binary)


def ids_of(column: pl.Series) -> list[UUID]:
    return [UUID(bytes=raw) for raw in column]


def jsonb(text: pl.Expr) -> pl.Expr:
    """A column of JSON text as jsonb."""
    return pl.concat_str(pl.lit(JSONB_VERSION), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedRows:
    """Rows as COPY sends them, ready to be written by the thread that holds the connection."""

    columns: tuple[str, ...]
    blocks: tuple[bytes, ...]
    count: int


def copy_frame(*, table: str, frame: pl.DataFrame) -> int:
    """Write the frame's columns into the table's columns of the same names; returns the number of rows.

    Types must be exactly those of the table: Int64 for bigint, Int32 for integer, Int16 for smallint, Binary of
    16 bytes for uuid, Date, String, Boolean, `jsonb(...)` for jsonb, Datetime("us", "UTC") for timestamptz.
    """
    return copy_rows(table=table, rows=encode_rows(frame))


def encode_rows(frame: pl.DataFrame) -> EncodedRows:
    """The half of copy_frame that needs no database."""
    columns = tuple(frame.columns)
    if frame.is_empty():
        return EncodedRows(columns=columns, blocks=(), count=0)
    arrow = frame.to_arrow()
    plain = pa.schema([pa.field(field.name, _plain(field.type), nullable=True) for field in arrow.schema])
    encoder = ArrowToPostgresBinaryEncoder(plain)
    batches = arrow.cast(plain).combine_chunks().to_batches()
    blocks = (encoder.write_header(), *(encoder.write_batch(batch) for batch in batches), encoder.finish())
    return EncodedRows(columns=columns, blocks=blocks, count=frame.height)


def copy_rows(*, table: str, rows: EncodedRows) -> int:
    assert_in_transaction()
    if not rows.count:
        return 0
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name in rows.columns)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in rows.blocks:
            copy.write(block)
    return rows.count


def _plain(kind: pa.DataType) -> pa.DataType:
    """The encoder knows neither large nor view types."""
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return pa.binary()
    return kind
