"""What every process is told, by the names that backend/rachun/config/env.py reads."""

from __future__ import annotations

import os
from collections.abc import Mapping

from infra.local.passwords import Secrets, load_secrets
from infra.local.places import Places
from infra.local.ports import HOST
from infra.local.postgres import DATABASE, Cluster
from infra.local.valkey import Valkey

DATABASE_NAMES = {
    "DATABASE_URL": "rachun_app",
    "DATABASE_WORKER_URL": "rachun_worker",
    "DATABASE_OWNER_URL": "rachun_owner",
}


class IncompleteAddresses(RuntimeError):
    """A real server is named for one role and not for the others."""


def uses_own_postgres(environ: Mapping[str, str] = os.environ) -> bool:
    """False when real servers are named. Raises IncompleteAddresses: the three roles are never one by accident."""
    named = [name for name in DATABASE_NAMES if environ.get(name)]
    if named and len(named) < len(DATABASE_NAMES):
        missing = ", ".join(sorted(set(DATABASE_NAMES) - set(named)))
        raise IncompleteAddresses(f"{named[0]} names a real server; {missing} must be set too")
    return not named


def uses_own_valkey(environ: Mapping[str, str] = os.environ) -> bool:
    return not environ.get("REDIS_URL")


def environment(*, places: Places, api_port: int) -> dict[str, str]:
    """Everything, on top of our own environment; a name that is already set there wins."""
    secrets = load_secrets(places.secrets)
    made = {
        "RACHUN_SECRET_KEY": secrets.secret_key,
        "RACHUN_JWT_KEY": secrets.jwt_key,
        "RACHUN_FILES_DIR": str(places.files),
        "RACHUN_ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "RACHUN_PUBLIC_URL": f"http://{HOST}:{api_port}",
        "DJANGO_SETTINGS_MODULE": "rachun.config.settings",
        "PYTHONPATH": str(places.root / "backend"),
        "PYTHONUNBUFFERED": "1",
        **_server_addresses(places, secrets),
    }
    programs = f"{places.root / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    searched = os.pathsep.join(filter(None, (made["PYTHONPATH"], os.environ.get("PYTHONPATH"))))
    return {**made, **os.environ, "PATH": programs, "PYTHONPATH": searched}


def _server_addresses(places: Places, secrets: Secrets) -> dict[str, str]:
    addresses: dict[str, str] = {}
    if uses_own_postgres():
        cluster = Cluster(places.var / "postgres")
        cluster.remember_passwords(secrets.role_passwords)
        addresses |= {name: cluster.url(role, DATABASE) for name, role in DATABASE_NAMES.items()}
    if uses_own_valkey():
        addresses["REDIS_URL"] = Valkey(places.var / "valkey", durable=True).url
    return addresses


def demo_environment(*, places: Places, api_port: int) -> dict[str, str]:
    """For `manage.py load_demo`: the password of every demo login, and where to write who they are."""
    return {
        **environment(places=places, api_port=api_port),
        "RACHUN_DEMO_PASSWORD": load_secrets(places.secrets).demo_password,
        "RACHUN_DEMO_LOGINS_FILE": str(places.demo_logins),
    }
