"""The limit of every bulk job: the same rows by bare COPY into tables without keys, committed."""

from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from tests.bench.figures import timed
from tests.bench.place import Place

BLOCK_BYTES = 1 << 20


def bare_copy_seconds(*, place: Place, tables: dict[str, UUID]) -> float:
    """tables: partitioned parent → load key of the rows to copy."""
    with psycopg.connect(place.owner_url, autocommit=True) as owner:
        return sum(copied(owner, parent=parent, load_key=key, folder=place.folder) for parent, key in tables.items())


def copied(owner: psycopg.Connection[Any], *, parent: str, load_key: UUID, folder: Path) -> float:
    """Seconds from the first byte to the commit; writing the file down before does not count."""
    file, bare = folder / f"{parent}.rows", sql.Identifier(f"bare_{parent}")
    out = sql.SQL("COPY (SELECT * FROM {} WHERE load_key = {}) TO STDOUT (FORMAT BINARY)")
    with (
        file.open("wb") as kept,
        owner.cursor().copy(out.format(sql.Identifier(parent), sql.Literal(load_key))) as rows,
    ):
        for block in rows:
            kept.write(block)
    owner.execute(sql.SQL("CREATE TABLE {} (LIKE {})").format(bare, sql.Identifier(parent)))

    def load() -> None:
        statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(bare)
        with owner.transaction(), owner.cursor().copy(statement) as rows, file.open("rb") as kept:
            while block := kept.read(BLOCK_BYTES):
                rows.write(block)

    spent = timed(load)
    owner.execute(sql.SQL("DROP TABLE {}").format(bare))
    file.unlink()
    return spent.wall_s
