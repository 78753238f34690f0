"""A PostgreSQL server of its own for a file of tests, as durable as in production: it may lose its power."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from infra.local.postgres import DURABLE, Cluster

TEMPLATE = "rachun_template"
ROLES = {"app": "DATABASE_URL", "worker": "DATABASE_WORKER_URL", "owner": "DATABASE_OWNER_URL"}
PASSWORD = "only-on-a-private-socket"


class OwnServers:
    """As the session's servers, but with a cluster of its own; the schema is the session's, by dump and restore."""

    def __init__(self, session: Any, *, folder: Path) -> None:
        self._session = session
        self.cluster = Cluster(folder / "postgres", {**DURABLE, "shared_buffers": "64MB"})
        self.cluster.start()
        self.cluster.create_roles({f"rachun_{role}": PASSWORD for role in ROLES})
        self.cluster.create_database(TEMPLATE)
        self._take_schema(dump=folder / "schema.dump")

    def _take_schema(self, *, dump: Path) -> None:
        source, target = self._session.cluster.admin_dsn_of(TEMPLATE), self.cluster.admin_dsn_of(TEMPLATE)
        programs = self.cluster.bin_dir
        subprocess.run([programs / "pg_dump", "-Fc", "-Z0", "-d", source, "-f", dump], check=True)
        subprocess.run([programs / "pg_restore", "--clean", "--if-exists", "-d", target, dump], check=True)

    def environment(self, *, database: str, role: str = "app") -> dict[str, str]:
        urls = {name: self.cluster.url(f"rachun_{known}", database) for known, name in ROLES.items()}
        told: dict[str, str] = self._session.environment(database=database, role=role)
        return {**told, **urls}

    @contextmanager
    def power_cut(self) -> Iterator[None]:
        """Kill -9 of the postmaster; on leaving, the server is started and recovers from its log."""
        self.cluster.kill()
        try:
            yield
        finally:
            self.cluster.start()
            connection.close()  # ours died too
