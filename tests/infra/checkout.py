"""A small checkout: the real `infra/` with a backend that only answers, so that the stack is tested by itself."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from infra.local.identity import ProcessIdentity, read_pid_file, wait_until

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SITE_PACKAGES = Path(psycopg.__file__).parent.parent
PARTS = ("postgres", "valkey", "api", "worker", "scheduler")

MANAGE = """
import os, sys, time
import psycopg
command = sys.argv[1]
owner = os.environ["DATABASE_OWNER_URL"]
if command == "migrate":
    with psycopg.connect(owner) as db:
        db.execute("CREATE TABLE IF NOT EXISTS identity_legalentity (name text)")
elif command == "load_demo":
    assert os.environ["RACHUN_DEMO_PASSWORD"]
    with psycopg.connect(owner) as db:
        db.execute("INSERT INTO identity_legalentity VALUES ('demo')")
elif command in {"grant_roles", "load_roles"}:
    pass
elif command in {"worker", "scheduler"}:
    with psycopg.connect(os.environ["DATABASE_WORKER_URL"]):
        pass
    if command == "worker" and os.fork() == 0:
        time.sleep(3600)
    time.sleep(3600)
else:
    sys.exit(f"unknown command {command}")
"""
ASGI = """
async def application(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ready"})
"""


@dataclass(kw_only=True)
class Checkout:
    root: Path
    port: int
    user: str | None = None
    python: str = sys.executable
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def var(self) -> Path:
        return self.root / "var"

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        known = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "RACHUN_VAR"}}
        given = {
            **known,
            "PYTHONPATH": str(SITE_PACKAGES),
            "RACHUN_API_PORT": str(self.port),
            "HOME": str(self.root.parent),
        }
        return subprocess.run(
            [self.python, "-m", "infra.local", *arguments],
            cwd=self.root,
            env={**given, **self.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            **self._account(),
        )

    def _account(self) -> dict[str, object]:
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def up(self, **environ: str) -> str:
        done = self.run("up", **environ)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{self.logs()}"
        return done.stdout

    def logs(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text()[-1500:]}" for log in sorted(self.var.glob("log/*.log")))

    def identity(self, name: str) -> ProcessIdentity | None:
        return read_pid_file(self.var / "run" / f"{name}.pid")

    def living(self) -> dict[str, ProcessIdentity]:
        found = {name: self.identity(name) for name in (*PARTS, "supervisor")}
        return {name: identity for name, identity in found.items() if identity is not None}

    def kill(self, name: str) -> ProcessIdentity:
        identity = self.identity(name)
        assert identity is not None, f"{name} is not running\n{self.logs()}"
        identity.signal(signal.SIGKILL)
        return identity

    def api_port(self) -> int:
        return int((self.var / "run" / "api-port").read_text())

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.api_port()}/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def is_whole(self) -> bool:
        return self.run("status").returncode == 0


def make_checkout(folder: Path, *, user: str | None = None) -> Checkout:
    root = folder / "rachun"
    shutil.copytree(REPOSITORY / "infra", root / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    package = root / "backend/rachun/config"
    package.mkdir(parents=True)
    (root / "backend/manage.py").write_text(textwrap.dedent(MANAGE))
    (package / "asgi.py").write_text(ASGI)
    if user is not None:
        entry = pwd.getpwnam(user)
        for path in (folder, root, *root.rglob("*")):
            os.chown(path, entry.pw_uid, entry.pw_gid)
    return Checkout(root=root, port=free_port(), user=user)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def soon(condition: Callable[[], bool], *, within_s: float = 30.0) -> bool:
    return wait_until(condition, timeout_s=within_s, every_s=0.1)
