"""One throw-away PostgreSQL and Valkey per test session; every test connects as the application's own role.

The settings are read before any fixture runs, so the environment is made complete here; the addresses of the servers
are put in when the first test asks for a database.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent
TEST_ENVIRONMENT = {
    "RACHUN_ENV": "tooling",
    "RACHUN_PUBLIC_URL": "http://testserver",
    "RACHUN_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DJANGO_SETTINGS_MODULE": "rachun.config.settings",
}
TOGETHER = frozenset({"tests/faults", "tests/infra", "tests/e2e"})
SESSION_FOLDER = "RACHUN_TEST_FOLDER"
TEMPLATE = "rachun_template"
PASSWORD = "only-on-a-private-socket"  # noqa: S105 -- the cluster lives as long as the tests
ROLE_NAMES = ("rachun_owner", "rachun_app", "rachun_worker")

os.environ.update(TEST_ENVIRONMENT)
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")  # what fails is what the code says, never how busy the machine is
import_module("tests")  # one namespace over tests/ and backend/tests/, before pytest makes a narrower one


def pytest_configure(config: pytest.Config) -> None:
    """Set Django up; the controller (or the only process) makes the folder that all xdist workers share."""
    django.setup()
    cheapen_passwords()
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="rachun-test-"))
    folder.chmod(0o755)
    os.environ[SESSION_FOLDER] = str(folder)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Folders whose tests start servers of their own stay on one worker; every other test goes where there is room."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFolder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = nodeid.partition("::")[0].rpartition("/")[0]
            return folder if folder in TOGETHER else nodeid

    return ByFolder(config, log)


def cheapen_passwords() -> None:
    """Argon2 as in production, but with the least work: tests make hundreds of principals."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def pytest_unconfigure(config: pytest.Config) -> None:
    """All workers are gone: end the servers that one of them started."""
    folder = os.environ.get(SESSION_FOLDER)
    if hasattr(config, "workerinput") or folder is None:
        return
    if (Path(folder) / "ready").exists():
        from infra.local.postgres import THROWAWAY, Cluster
        from infra.local.valkey import Valkey

        cluster, valkey = Cluster(Path(folder) / "postgres", THROWAWAY), Valkey(Path(folder) / "valkey")
        cluster.end_orphan()
        end_valkey(valkey)
        for left in (cluster.data_dir, valkey.data_dir, cluster.socket_dir, valkey.socket_path.parent):
            shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def end_valkey(valkey: Any) -> None:
    import redis

    with redis.Redis.from_url(valkey.url) as client:
        client.shutdown(nosave=True)


@contextmanager
def session_lock() -> Iterator[Path]:
    import fcntl

    folder = Path(os.environ[SESSION_FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


class Servers:
    """The session's cluster and Valkey, with the databases made in it."""

    def __init__(self, folder: Path) -> None:
        from infra.local.postgres import THROWAWAY, Cluster
        from infra.local.valkey import Valkey

        self.folder = folder
        self.cluster = Cluster(folder / "postgres", THROWAWAY)
        self.valkey = Valkey(folder / "valkey")

    def start_once(self) -> None:
        if not (self.folder / "ready").exists():
            self.cluster.start()
            self.valkey.start()
        self.cluster.create_roles(dict.fromkeys(ROLE_NAMES, PASSWORD))
        if not (self.folder / "ready").exists():
            self.cluster.create_database(TEMPLATE, owner="rachun_owner")
            prepare(environment=self.environment(database=TEMPLATE, role="owner"))
            (self.folder / "ready").touch()

    def environment(self, *, database: str, role: str = "app") -> dict[str, str]:
        """Everything a process of the product needs to run against one test database."""
        return {
            **os.environ,
            "RACHUN_ENV": "test",
            "PYTHONPATH": f"{REPOSITORY / 'backend'}{os.pathsep}{REPOSITORY}",
            "DATABASE_URL": self.cluster.url("rachun_app", database),
            "DATABASE_WORKER_URL": self.cluster.url("rachun_worker", database),
            "DATABASE_OWNER_URL": self.cluster.url("rachun_owner", database),
            "REDIS_URL": self.valkey.url,
            "RACHUN_SECRET_KEY": "test-secret-key-that-guards-nothing-0000",
            "RACHUN_JWT_KEY": "test-signing-key-that-guards-nothing-000",
            "RACHUN_FILES_DIR": str(self.folder / "files"),
            "RACHUN_ROLE": role,
        }

    def connect(self, *, database: str, role: str = "rachun_app") -> psycopg.Connection[Any]:
        return psycopg.connect(self.cluster.url(role, database), autocommit=True)


def prepare(*, environment: dict[str, str]) -> None:
    """Migrate as the owner, grant, load the roles, compile the texts: what a deployment does."""
    for command in ("compile_texts", "migrate", "grant_roles", "load_roles"):
        manage(command, environment=environment)


def manage(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 -- our own command line
        [sys.executable, str(REPOSITORY / "backend" / "manage.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{arguments} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def servers() -> Servers:
    with session_lock() as folder:
        found = Servers(folder)
        found.start_once()
    return found


def point_django_at(*, servers: Servers, database: str) -> None:
    from django.db import connections

    address = psycopg.conninfo.conninfo_to_dict(servers.cluster.url("rachun_app", database))
    connections["default"].settings_dict.update(
        NAME=database, USER="rachun_app", PASSWORD=PASSWORD, HOST=address["host"], PORT=str(address["port"])
    )


@pytest.fixture(scope="session")
def django_db_setup(servers: Servers, django_db_blocker: Any) -> Iterator[None]:
    """A clone of the migrated template for this worker; tests roll back in it."""
    database = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with session_lock():
        servers.cluster.create_database(database, template=TEMPLATE)
    use_valkey(url=servers.valkey.url)
    with django_db_blocker.unblock():
        point_django_at(servers=servers, database=database)
    yield
    with django_db_blocker.unblock():
        from django.db import connections

        connections.close_all()
    servers.cluster.drop_database(database)


def own_valkey_url(*, url: str) -> str:
    """The session's Valkey, a database for each xdist worker: clearing the cache clears nobody else's."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{url}?db={1 + int(worker) % 15}"


def use_valkey(*, url: str) -> None:
    """Cache and queue of this process on the session's Valkey."""
    import dramatiq
    from django.conf import settings
    from django.core.cache import caches

    settings.REDIS_URL = url
    settings.CACHES["default"] |= {"LOCATION": own_valkey_url(url=url)}
    caches.settings = caches.configure_settings(settings.CACHES)
    for broker in [dramatiq.get_broker()] if "rachun.apps.base.queue" in sys.modules else []:
        import redis

        broker.client = redis.Redis.from_url(url)


@pytest.fixture
def valkey(servers: Servers) -> Any:
    """A client of the session's Valkey; its content is the session's, so use own keys."""
    import redis

    with redis.Redis.from_url(servers.valkey.url) as client:
        yield client


@pytest.fixture
def fresh_database(
    servers: Servers,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[str]:
    """An own clone, for tests that commit or start processes. Django is connected to it; its name is the value."""
    from django.db import connections

    name = f"fresh_{secrets.token_hex(6)}"
    before = dict(connections["default"].settings_dict)
    with django_db_blocker.unblock():
        connections["default"].close()
        with session_lock():
            servers.cluster.create_database(name, template=TEMPLATE)
        point_django_at(servers=servers, database=name)
        yield name
        connections.close_all()
        connections["default"].settings_dict.update(before)
    servers.cluster.drop_database(name)


@pytest.fixture
def process_environment(servers: Servers, fresh_database: str) -> dict[str, str]:
    """For subprocesses (worker, scheduler, server, commands) on the fresh database."""
    return servers.environment(database=fresh_database)


@pytest.fixture
def app_sql(servers: Servers, fresh_database: str) -> Iterator[psycopg.Connection[Any]]:
    """Raw SQL as the application role, each statement its own transaction."""
    with servers.connect(database=fresh_database) as connection:
        yield connection


@pytest.fixture
def owner_sql(servers: Servers, fresh_database: str) -> Iterator[psycopg.Connection[Any]]:
    """Raw SQL as the owner: what an intruder with the highest rights of the product could do."""
    with servers.connect(database=fresh_database, role="rachun_owner") as connection:
        yield connection
