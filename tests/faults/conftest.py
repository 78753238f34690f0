"""An own database and an own Valkey for a file of fault tests: both may be emptied, killed and cut off."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.local.valkey import Valkey
from tests.faults.processes import Process, running_scheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the processes of one file of tests work; Django of the tests works there too."""

    database: str
    environment: dict[str, str]
    valkey: Valkey
    admin_dsn: str

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """Every connection ends and nobody may connect: what a dead server looks like from outside."""
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {self.database} WITH ALLOW_CONNECTIONS false")
            try:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self.database]
                )
                yield
            finally:
                admin.execute(f"ALTER DATABASE {self.database} WITH ALLOW_CONNECTIONS true")


@pytest.fixture(scope="module")
def place(
    servers: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    with own_place(servers=servers, blocker=django_db_blocker, folder=tmp_path_factory.mktemp("faults")) as made:
        yield made


@contextmanager
def own_place(*, servers: Any, blocker: Any, folder: Path) -> Iterator[Place]:
    from django.conf import settings
    from django.db import connections

    name = f"faults_{secrets.token_hex(6)}"
    before, files_before = dict(connections["default"].settings_dict), settings.FILES_DIR
    own = Valkey(folder / "valkey", durable=True).start()
    environment = {
        **servers.environment(database=name),
        "REDIS_URL": own.url,
        "RACHUN_FILES_DIR": str(folder / "files"),
    }
    with blocker.unblock():
        connections["default"].close()
        servers.cluster.create_database(name, template="rachun_template")
        connections["default"].settings_dict |= settings_of(environment["DATABASE_URL"])
        settings.FILES_DIR = folder / "files"
        with ringing_at(own.url):
            yield Place(
                database=name, environment=environment, valkey=own, admin_dsn=servers.cluster.admin_dsn_of("postgres")
            )
        connections.close_all()
        connections["default"].settings_dict.update(before)
        settings.FILES_DIR = files_before
    own.stop()
    servers.cluster.drop_database(name)


def settings_of(url: str) -> dict[str, Any]:
    told = psycopg.conninfo.conninfo_to_dict(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {name: str(told[key]) for name, key in names.items()}


@contextmanager
def ringing_at(url: str) -> Iterator[None]:
    """The queue of this process. The scripts of the broker hold a client of their own, so they change with it."""
    import redis
    from rachun.apps.base.queue import broker

    client, scripts = broker.client, broker.scripts
    broker.client = redis.Redis.from_url(url)
    broker.scripts = {name: broker.client.register_script(script.script) for name, script in scripts.items()}
    yield
    broker.client, broker.scripts = client, scripts


@pytest.fixture(scope="module")
def scheduler(place: Place) -> Iterator[Process]:
    with running_scheduler(place.environment) as process:
        yield process


@pytest.fixture(scope="module")
def crew(place: Place, scheduler: Process) -> Iterator[Any]:
    from tests.faults.months import Crew

    made = Crew(place.environment)
    yield made
    made.leave()


@pytest.fixture(scope="module")
def undisturbed(place: Place) -> list[Any]:
    """The bills of the month of faults/months.py when nothing breaks."""
    from tests.factories.billing import bill_month, bills_of

    from tests.faults.months import CHUNK, leave_unprinted, plain, populated_town

    bills = plain(bills_of(bill_month(town=populated_town(), chunk_size=CHUNK)))
    leave_unprinted()
    return bills
