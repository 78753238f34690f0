"""The proof of a backup: restore it beside the server, start it, and ask the product whether everything holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from infra.backup.files import altered_files
from infra.backup.place import BaseBackup, Place
from infra.backup.restore import RESTORE_WAL, restore
from infra.local.postgres import Cluster

BACKEND = Path(__file__).resolve().parents[2] / "backend"
RECOVERY_MAX_S = 4 * 3600.0
# No standby while it recovers: an answer means that recovery has ended. Nothing of it may reach the archive.
SETTINGS = {"hot_standby": "off", "archive_mode": "off", "shared_buffers": "256MB", "max_wal_size": "4GB"}
CHECKS = ("check_invariants", "check_audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    base: BaseBackup
    unpacked_s: float
    recovered_s: float
    database_bytes: int
    wrong: tuple[str, ...]

    def words(self) -> str:
        size = self.database_bytes / 1_000_000
        told = f"{self.base.name}: {size:.0f} MB unpacked and verified in {self.unpacked_s:.0f} s,"
        return f"{told} recovered in {self.recovered_s:.0f} s" + "".join(f"; {one}" for one in self.wrong)


def started(*, folder: Path, programs: Path, timeout_s: float = RECOVERY_MAX_S) -> Cluster:
    """A server on a restored folder, once it has recovered; on a socket of its own, let in by account."""
    cluster = Cluster(folder, SETTINGS, programs)
    (folder / "postgresql.conf").touch()  # Debian keeps its own under /etc
    cluster.write_access_rules(folder)
    for path in [folder, *folder.rglob("*")]:
        cluster.account.own(path)
    return cluster.start(timeout_s=timeout_s)


def drill(
    *,
    place: Place,
    scratch: Path,
    programs: Path,
    database: str,
    moment: datetime | None = None,
    restore_wal: Path = RESTORE_WAL,
) -> Drilled:
    """Everything is removed afterwards. Raises what restore raises, and PostgresNotReady."""
    folder = scratch / "data"
    begun = time.monotonic()
    base = restore(place=place, target=folder, programs=programs, moment=moment, restore_wal=restore_wal)
    unpacked = time.monotonic()
    cluster = started(folder=folder, programs=programs)
    try:
        recovered = time.monotonic()
        wrong = [*product_checks(cluster, database=database, files=place.files), *lost_files(cluster, database, place)]
        with psycopg.connect(cluster.admin_dsn_of(database)) as connection:
            [size] = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    finally:
        cluster.destroy()
        shutil.rmtree(folder, ignore_errors=True)
    return Drilled(
        base=base,
        unpacked_s=unpacked - begun,
        recovered_s=recovered - unpacked,
        database_bytes=size,
        wrong=tuple(wrong),
    )


def product_checks(cluster: Cluster, *, database: str, files: Path) -> list[str]:
    """The last line of each check that finds something."""
    told = {
        **os.environ,
        "RACHUN_ENV": "tooling",
        "RACHUN_ROLE": "owner",
        "DATABASE_OWNER_URL": f"postgresql://postgres@/{database}?host={cluster.socket_dir}",
        "RACHUN_FILES_DIR": str(files),
        "DJANGO_SETTINGS_MODULE": "rachun.config.settings",
    }
    wrong = []
    for check in CHECKS:
        command = [sys.executable, "manage.py", check]
        done = subprocess.run(command, cwd=BACKEND, env=told, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = f"{done.stdout}{done.stderr}".strip().splitlines()
            wrong.append(f"{check}: {lines[-1] if lines else done.returncode}")
    return wrong


def lost_files(cluster: Cluster, database: str, place: Place) -> list[str]:
    """Documents whose file the mirror has not, or has altered."""
    with psycopg.connect(cluster.admin_dsn_of(database)) as connection:
        rows = connection.execute("SELECT DISTINCT sha256 FROM documents_document WHERE sha256 <> ''").fetchall()
    missing = [digest for (digest,) in rows if not (place.files / digest[:2] / digest[2:4] / digest).exists()]
    wrong = [f"{len(missing)} documents have no file in the mirror, as {missing[0]}"] if missing else []
    altered = altered_files(place.files)
    return wrong + ([f"{len(altered)} files of the mirror are altered, as {altered[0]}"] if altered else [])
