"""The running server that is backed up: reached by libpq's own names (PGHOST, PGUSER), else the socket of Debian."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    database: str

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(dbname=self.database, autocommit=True) as connection:
            yield connection

    def show(self, setting: str) -> str:
        with self.connect() as connection:
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
        assert row is not None, "a setting has a value"
        return str(row[0])

    def programs(self) -> Path:
        """Those of the server's own version: PG_BIN, else Debian's."""
        if named := os.environ.get("PG_BIN"):
            return Path(named)
        return DEBIAN / str(int(self.show("server_version_num")) // 10_000) / "bin"

    def record(self, *, check: str, is_good: bool, words: str) -> None:
        """Tell monitoring: figure rachun_check_good of this name."""
        with self.connect() as connection:
            connection.execute(
                "INSERT INTO base_checkresult (id, name, finished_at, is_good, words)"
                " VALUES (gen_random_uuid(), %s, clock_timestamp(), %s, %s)"
                " ON CONFLICT (name) DO UPDATE SET finished_at = excluded.finished_at, is_good = excluded.is_good,"
                " words = excluded.words",
                [check, is_good, words],
            )
