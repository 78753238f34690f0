"""What the stack consists of: the process list is data, in the order of starting."""

from __future__ import annotations

import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.environment import environment, uses_own_postgres, uses_own_valkey
from infra.local.places import Places
from infra.local.ports import HOST
from infra.local.postgres import DURABLE, Cluster
from infra.local.valkey import Valkey

# Service → the demo enterprise whose cash desk it is.
DEMO_DESKS = {"desk-komunalno": "KOMUNALNO", "desk-telekom": "TELEKOM"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One supervised process. `is_server` ones start first; the others wait until the database is prepared."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    is_ready: Callable[[], bool]
    is_server: bool = False
    working_dir: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 20.0
    popen_kwargs: dict[str, Any] = field(default_factory=dict)
    before_start: Callable[[], None] = lambda: None


def stack_services(*, places: Places, api_port: int) -> list[Service]:
    servers = [_postgres(places)] if uses_own_postgres() else []
    servers += [_valkey(places)] if uses_own_valkey() else []
    return [*servers, *_applications(places, api_port=api_port), *_desks(places, api_port=api_port)]


def cluster_of(places: Places) -> Cluster:
    return Cluster(places.var / "postgres", DURABLE)


def valkey_of(places: Places) -> Valkey:
    return Valkey(places.var / "valkey", durable=True)


def _postgres(places: Places) -> Service:
    cluster = cluster_of(places)

    def prepare() -> None:
        cluster.prepare()
        cluster.end_orphan()

    return Service(
        name="postgres",
        command=cluster.command(),
        environment=cluster.environment(),
        is_ready=cluster.is_ready,
        is_server=True,
        stop_signal=signal.SIGINT,
        stop_timeout_s=60.0,
        popen_kwargs=cluster.account.popen_kwargs(),
        before_start=prepare,
    )


def _valkey(places: Places) -> Service:
    valkey = valkey_of(places)
    return Service(
        name="valkey",
        command=valkey.command(),
        environment=valkey.environment(),
        is_ready=valkey.is_ready,
        is_server=True,
        popen_kwargs=valkey.account.popen_kwargs(),
        before_start=valkey.prepare,
    )


def _applications(places: Places, *, api_port: int) -> list[Service]:
    backend = places.root / "backend"
    given = environment(places=places, api_port=api_port)
    manage = [sys.executable, str(backend / "manage.py")]
    uvicorn = [
        sys.executable,
        "-m",
        "uvicorn",
        "rachun.config.asgi:application",
        "--lifespan",
        "off",
        "--no-access-log",
    ]
    api = [*uvicorn, "--host", HOST, "--port", str(api_port), "--timeout-graceful-shutdown", "10"]
    as_worker = {**given, "RACHUN_ROLE": "worker"}
    return [
        Service(
            name="api",
            command=api,
            environment={**given, "RACHUN_ROLE": "app"},
            is_ready=lambda: answers(f"http://{HOST}:{api_port}/ready"),
            working_dir=backend,
        ),
        Service(
            name="worker",
            command=[*manage, "worker", "--processes", str(min(os.cpu_count() or 1, 4))],
            environment=as_worker,
            is_ready=lambda: True,
            working_dir=backend,
            stop_timeout_s=60.0,
        ),
        Service(
            name="scheduler",
            command=[*manage, "scheduler"],
            environment=as_worker,
            is_ready=lambda: True,
            working_dir=backend,
        ),
    ]


def _desks(places: Places, *, api_port: int) -> list[Service]:
    """The computers of the demo's cash desks, where the agent is part of the checkout."""
    agent = places.root / "device-agent"
    if not agent.is_dir():
        return []
    given = {**environment(places=places, api_port=api_port), "RACHUN_ROLE": "worker"}
    given["PYTHONPATH"] = os.pathsep.join((given["PYTHONPATH"], str(agent), str(places.root)))
    return [
        Service(
            name=name,
            command=[sys.executable, "-m", "infra.local.desk", enterprise, str(places.var / name), str(api_port)],
            environment=given,
            is_ready=lambda: True,
            working_dir=places.root,
        )
        for name, enterprise in DEMO_DESKS.items()
    ]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3.0) as answer:  # noqa: S310 -- an address of this machine, made above
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False
