"""A durable server with the product's schema, for as long as a job runs."""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.postgres import DATABASE, DURABLE, ROLES, Cluster
from infra.local.valkey import Valkey

REPOSITORY = Path(__file__).resolve().parents[2]
PREPARATION = ("migrate", "grant_roles", "load_roles")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    folder: Path
    cluster: Cluster

    @property
    def server_pid(self) -> int:
        return self.cluster.pid

    @property
    def owner_url(self) -> str:
        return self.cluster.url("rachun_owner", DATABASE)


@contextmanager
def bench_place() -> Iterator[Place]:
    """Django of this process works there as the worker. One place a process, because settings are read once."""
    with tempfile.TemporaryDirectory(prefix="rachun-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster, valkey = Cluster(folder / "postgres", DURABLE), Valkey(folder / "valkey")
        try:
            cluster.start()
            valkey.start()
            cluster.create_roles({role: secrets.token_hex(16) for role in ROLES})
            cluster.create_database(DATABASE, owner="rachun_owner")
            set_up(environment=environment(folder=folder, cluster=cluster, valkey=valkey))
            yield Place(folder=folder, cluster=cluster)
        finally:
            valkey.stop()
            cluster.destroy()


def environment(*, folder: Path, cluster: Cluster, valkey: Valkey) -> dict[str, str]:
    return {
        "RACHUN_ENV": "bench",
        "DJANGO_SETTINGS_MODULE": "rachun.config.settings",
        "PYTHONPATH": f"{REPOSITORY / 'backend'}{os.pathsep}{REPOSITORY}",
        "DATABASE_URL": cluster.url("rachun_app", DATABASE),
        "DATABASE_WORKER_URL": cluster.url("rachun_worker", DATABASE),
        "DATABASE_OWNER_URL": cluster.url("rachun_owner", DATABASE),
        "REDIS_URL": valkey.url,
        "RACHUN_SECRET_KEY": secrets.token_hex(32),
        "RACHUN_JWT_KEY": secrets.token_hex(32),
        "RACHUN_FILES_DIR": str(folder / "files"),
        "RACHUN_PUBLIC_URL": "http://localhost",
        "RACHUN_ALLOWED_HOSTS": "localhost",
        "RACHUN_ROLE": "worker",
    }


def set_up(*, environment: dict[str, str]) -> None:
    manage = [sys.executable, str(REPOSITORY / "backend" / "manage.py")]
    as_owner = {**os.environ, **environment, "RACHUN_ROLE": "owner"}
    for command in PREPARATION:
        subprocess.run([*manage, command], env=as_owner, check=True, stdout=subprocess.DEVNULL)
    os.environ.update(environment)
    import django

    django.setup()
