"""A server as shipped for production, with its backups and its store of files, in one folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from infra.backup.place import Place
from infra.local.identity import wait_until
from infra.local.postgres import Cluster
from tests.infra.production import PRODUCTION, REPOSITORY, shipped_environment

POSTGRESQL = PRODUCTION / "postgresql"
SMALL = {"shared_buffers": "64MB", "fsync": "off", "max_wal_size": "512MB", "min_wal_size": "64MB"}


@dataclass(kw_only=True)
class Production:
    """A machine: the folder of everything, the server with the shipped settings, the backups, the store of files."""

    folder: Path
    cluster: Cluster

    @property
    def place(self) -> Place:
        return Place(root=self.folder / "backups")

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def restore_wal(self) -> Path:
        return self.folder / "restore-wal"

    def environment(self, role: str) -> dict[str, str]:
        told = shipped_environment("common", role)
        there = str(self.cluster.socket_dir).replace("/", "%2F")
        told = {name: value.replace("%2Frun%2Fpostgresql", there) for name, value in told.items()}
        return {**told, "RACHUN_ROLE": role, "RACHUN_FILES_DIR": str(self.files), "PATH": os.environ["PATH"]}

    def rachun(self, *words: str, role: str = "worker", given: str = "") -> str:
        """The launcher, as a unit or an administrator calls it."""
        database = {"PGHOST": str(self.cluster.socket_dir), "PGUSER": "postgres", "PG_BIN": str(self.cluster.bin_dir)}
        told = {**self.environment(role), **database, "RACHUN_BACKUPS": str(self.place.root)}
        done = subprocess.run(
            [PRODUCTION / "rachun", *words], env=told, input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def found(self, code: str) -> None:
        """The first enterprise by the documented command; further ones as copies of it."""
        if not self.enterprises():
            who = ["--login", f"{code}-admin", "--full-name", "Ana Anić"]
            self.rachun("manage", "create_enterprise", code, code, "--country", "BA", *who, given="nine-open-windows\n")
            return
        names = (
            "name, short_name, country_pack, country_code, time_zone, currency, language, tax_number, address, phone"
        )
        self.sql(
            f"INSERT INTO identity_legalentity (id, code, {names}, email, website)"
            f" SELECT gen_random_uuid(), %s, {names}, email, website FROM identity_legalentity LIMIT 1 RETURNING id",
            code,
        )

    def keep(self, content: bytes) -> str:
        digest = sha256(content).hexdigest()
        path = self.files / digest[:2] / digest[2:4] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return digest

    def sql(self, statement: str, *values: Any, cluster: Cluster | None = None) -> list[Any]:
        with psycopg.connect((cluster or self.cluster).admin_dsn_of("rachun"), autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def enterprises(self, cluster: Cluster | None = None) -> list[str]:
        rows = self.sql("SELECT code FROM identity_legalentity", cluster=cluster)
        return sorted(code for (code,) in rows)

    def archive_everything(self) -> None:
        [(segment,)] = self.sql("SELECT pg_walfile_name(pg_switch_wal())")
        assert wait_until((self.place.wal / f"{segment}.gz").exists, timeout_s=30.0), self.log()

    def log(self) -> str:
        return self.cluster.log_path.read_text(errors="replace")[-2000:]


def make_production(folder: Path) -> Production:
    """Sections 3 and 6 of docs/operations.md."""
    for name in ("archive-wal", "restore-wal"):
        shutil.copy(REPOSITORY / "infra/backup" / name, folder)
    archive = f"env RACHUN_BACKUPS={folder / 'backups'} {folder / 'archive-wal'} %p %f"
    cluster = Cluster(folder / "pg", {**SMALL, "archive_command": archive})
    made = Production(folder=folder, cluster=cluster)
    made.place.make()
    for path in (made.place.root, made.place.wal):
        cluster.account.own(path)
    cluster.prepare()
    take_shipped_settings(cluster)
    cluster.start()
    for _again in range(2):
        roles = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(POSTGRESQL / "roles.sql"), cluster.admin_dsn]
        subprocess.run([cluster.bin_dir / roles[0], *roles[1:]], check=True, capture_output=True)
    return made


def take_schema(made: Production, servers: Any) -> None:
    """What `rachun migrate` makes, out of the database that the session has migrated."""
    dump = made.folder / "schema.dump"
    programs = made.cluster.bin_dir
    source = servers.cluster.admin_dsn_of("rachun_template")
    subprocess.run([programs / "pg_dump", "-Fc", "-d", source, "-f", dump], check=True)
    target = made.cluster.admin_dsn_of("rachun")
    subprocess.run([programs / "pg_restore", "--clean", "--if-exists", "-d", target, dump], check=True)


def take_shipped_settings(cluster: Cluster) -> None:
    with (cluster.data_dir / "postgresql.conf").open("a") as main:
        main.write((POSTGRESQL / "rachun.conf").read_text())
    people = {pwd.getpwuid(os.geteuid()).pw_name, cluster.account.name}
    access = (
        (POSTGRESQL / "pg_hba.conf")
        .read_text()
        .replace("postgres                                 peer", "postgres peer map=rachun")
    )
    names = (POSTGRESQL / "pg_ident.conf").read_text()
    names += "".join(
        f"rachun {who} {role}\n" for who in people for role in ["postgres", "rachun_owner", "rachun_worker"]
    )
    (cluster.data_dir / "pg_hba.conf").write_text(access)
    (cluster.data_dir / "pg_ident.conf").write_text(names)
