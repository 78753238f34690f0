"""Everything the environment tells us, typed, read once, refused loudly when something is missing."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import parse_qs, unquote, urlsplit

DatabaseRole = Literal["app", "worker", "owner"]
DATABASE_NAMES: dict[DatabaseRole, str] = {
    "app": "DATABASE_URL",
    "worker": "DATABASE_WORKER_URL",
    "owner": "DATABASE_OWNER_URL",
}
# Beside the address of the database for the role of this process; nobody has to hold the other two. See ADR 0075.
REQUIRED = (
    "REDIS_URL",
    "RACHUN_SECRET_KEY",
    "RACHUN_JWT_KEY",
    "RACHUN_FILES_DIR",
    "RACHUN_ALLOWED_HOSTS",
    "RACHUN_PUBLIC_URL",
)
SECRETS = ("RACHUN_SECRET_KEY", "RACHUN_JWT_KEY", "RACHUN_METRICS_TOKEN")
SECRET_LENGTH_MIN = 32
FRONTEND_BUILT = Path(__file__).resolve().parents[3] / "frontend" / "dist"
PORTAL_BUILT = Path(__file__).resolve().parents[3] / "mobile" / "dist"
# Tooling (mypy, makemigrations --check, spectacular) needs settings, but neither a database nor a secret.
TOOLING = {
    "DATABASE_URL": "postgresql://rachun_app@localhost:1/tooling",
    "DATABASE_WORKER_URL": "postgresql://rachun_worker@localhost:1/tooling",
    "DATABASE_OWNER_URL": "postgresql://rachun_owner@localhost:1/tooling",
    "REDIS_URL": "redis://localhost:1/0",
    "RACHUN_SECRET_KEY": "tooling-only-never-serves-a-request-0000000000000000000000",
    "RACHUN_JWT_KEY": "tooling-only-never-signs-a-token-00000000000000000000000000",
    "RACHUN_FILES_DIR": "var/tooling-files",
    "RACHUN_ALLOWED_HOSTS": "localhost",
    "RACHUN_PUBLIC_URL": "https://localhost",
}


class BadEnvironment(Exception):
    """The process cannot start; the message lists every wrong name at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddress:
    name: str
    user: str
    password: str
    host: str
    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Env:
    role: DatabaseRole
    database: DatabaseAddress
    redis_url: str
    secret_key: str
    jwt_key: str
    files_dir: Path
    frontend_dir: Path
    portal_dir: Path
    allowed_hosts: tuple[str, ...]
    public_url: str
    debug: bool
    smtp_url: str
    sentry_dsn: str
    metrics_token: str
    is_tooling: bool


def parse_database_url(url: str) -> DatabaseAddress:
    """Read postgresql://user:password@host:port/name; a socket folder comes percent-encoded or as ?host=."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError("expected postgresql://user:password@host:port/name")
    query = parse_qs(parts.query)
    place = parts.netloc.rpartition("@")[2]
    host, _, port = place.partition(":")
    return DatabaseAddress(
        name=unquote(parts.path.strip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=query.get("host", [unquote(host)])[0],
        port=query.get("port", [port])[0] or "5432",
    )


def read_env(*, environ: Mapping[str, str]) -> Env:
    """Raises BadEnvironment naming everything that is missing or wrong."""
    is_tooling = environ.get("RACHUN_ENV") == "tooling"
    values = {**(TOOLING if is_tooling else {}), **environ}
    role = values.get("RACHUN_ROLE", "app")
    own_address = [name for known, name in DATABASE_NAMES.items() if known == role]
    wrong = [f"{name} is missing" for name in (*own_address, *REQUIRED) if not values.get(name)]
    if not own_address:
        wrong.append(f"RACHUN_ROLE is {role!r}, expected one of {', '.join(get_args(DatabaseRole))}")
    debug = values.get("RACHUN_DEBUG", "false").lower()
    if debug not in {"true", "false"}:
        wrong.append("RACHUN_DEBUG is neither true nor false")
    wrong += [
        f"{name} is shorter than {SECRET_LENGTH_MIN} characters"
        for name in SECRETS
        if values.get(name) and len(values[name]) < SECRET_LENGTH_MIN
    ]
    addresses = {}
    for known_role, name in DATABASE_NAMES.items():
        try:
            addresses[known_role] = parse_database_url(values.get(name, ""))
        except ValueError as error:
            wrong += [f"{name}: {error}"] if values.get(name) else []
    if wrong:
        raise BadEnvironment("The environment is not complete:\n  " + "\n  ".join(wrong))
    known = cast("DatabaseRole", role)
    return Env(
        role=known,
        database=addresses[known],
        redis_url=values["REDIS_URL"],
        secret_key=values["RACHUN_SECRET_KEY"],
        jwt_key=values["RACHUN_JWT_KEY"],
        files_dir=Path(values["RACHUN_FILES_DIR"]),
        frontend_dir=Path(values.get("RACHUN_FRONTEND_DIR") or FRONTEND_BUILT),
        portal_dir=Path(values.get("RACHUN_PORTAL_DIR") or PORTAL_BUILT),
        allowed_hosts=tuple(host.strip() for host in values["RACHUN_ALLOWED_HOSTS"].split(",") if host.strip()),
        public_url=values["RACHUN_PUBLIC_URL"].rstrip("/"),
        debug=debug == "true",
        smtp_url=values.get("SMTP_URL", ""),
        sentry_dsn=values.get("SENTRY_DSN", ""),
        metrics_token=values.get("RACHUN_METRICS_TOKEN", ""),
        is_tooling=is_tooling,
    )


@cache
def env() -> Env:
    return read_env(environ=os.environ)
