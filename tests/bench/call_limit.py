"""The limit of job C1: as many rows of the shape of limits/cdr_copy.py by bare binary COPY, then its three indexes."""

from typing import Any, LiteralString

import numpy as np
import polars as pl
import psycopg
from rachun.apps.base.copying import EncodedRows, encode_rows

from tests.bench.figures import timed
from tests.bench.place import Place

PART = 100_000
AGAINST = "bare COPY of as many rows as limits/cdr_copy.py shapes them, then its three indexes, committed"
TABLE: LiteralString = """CREATE TABLE bare_cdr (
  id bigint, account_id bigint, started timestamptz, duration int, calling text, called text, trunk text,
  cause smallint, bytes_in bigint, bytes_out bigint, cell text, source_file text)"""
COPY: LiteralString = "COPY bare_cdr FROM STDIN (FORMAT BINARY)"
INDEXES: tuple[LiteralString, ...] = (
    "CREATE INDEX ON bare_cdr (account_id, started)",
    "CREATE INDEX ON bare_cdr (called text_pattern_ops)",
    "CREATE UNIQUE INDEX ON bare_cdr (id)",
)
START_US = 1_790_000_000_000_000


def bare_load_seconds(*, place: Place, n: int) -> float:
    """What the database takes for it, to the end of the commit; making and encoding the rows does not count."""
    with psycopg.connect(place.owner_url) as owner:
        owner.execute(TABLE)
        owner.commit()
        total = 0.0
        for first in range(0, n, PART):
            rows = encode_rows(shaped(first=first, count=min(PART, n - first)))
            total += timed(lambda rows=rows: copy(owner, rows=rows)).wall_s
        total += timed(lambda: finish(owner)).wall_s
        owner.execute("DROP TABLE bare_cdr")
    return total


def copy(owner: psycopg.Connection[Any], *, rows: EncodedRows) -> None:
    with owner.cursor().copy(COPY) as into:
        for block in rows.blocks:
            into.write(block)


def finish(owner: psycopg.Connection[Any]) -> None:
    for index in INDEXES:
        owner.execute(index)
    owner.commit()


def shaped(*, first: int, count: int) -> pl.DataFrame:
    some = np.random.default_rng(first + 1)
    started = START_US + some.integers(0, 30 * 86_400, count) * 1_000_000
    return pl.DataFrame(
        {
            "id": np.arange(first, first + count),
            "account_id": some.integers(0, 100_000, count),
            "started": pl.Series(started).cast(pl.Datetime("us", "UTC")),
            "duration": some.exponential(140, count).astype(np.int32),
            "calling": (380_000_000_000 + some.integers(0, 10**9, count)).astype(str),
            "called": (some.integers(1, 999, count) * 10**9 + some.integers(0, 10**9, count)).astype(str),
            "trunk": some.choice(np.array(["T1", "T2", "MGW-03", "SIP-KYIV"]), count),
            "cause": some.integers(0, 127, count, dtype=np.int16),
            "bytes_in": some.integers(0, 2**31, count),
            "bytes_out": some.integers(0, 2**31, count),
            "cell": some.choice(np.array(["255-01-1", "255-01-2", "218-90-7"]), count),
            "source_file": np.full(count, "MSC1_20261101_000123.csv"),
        }
    )
