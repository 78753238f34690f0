"""Who the servers run as, and where their files may live so that they can reach them."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVICE_USER = "nobody"
STATE_ROOT = Path("/var/lib")
SOCKET_PATH_BYTES_MAX = 107


class UnsafeFolder(RuntimeError):
    """A folder we would put a socket into belongs to somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating-system account a server runs as; `is_demoted` says that we are root and it is not."""

    uid: int
    gid: int
    name: str
    is_demoted: bool

    def popen_kwargs(self) -> dict[str, Any]:
        if not self.is_demoted:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.is_demoted:
            os.chown(path, self.uid, self.gid)


def server_account() -> Account:
    """PostgreSQL refuses uid 0, so root hands its servers to an unprivileged account (RACHUN_SERVER_USER)."""
    if os.geteuid() != 0:
        uid = os.geteuid()
        return Account(uid=uid, gid=os.getegid(), name=pwd.getpwuid(uid).pw_name, is_demoted=False)
    entry = pwd.getpwnam(os.environ.get("RACHUN_SERVER_USER", SERVICE_USER))
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name, is_demoted=True)


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:10]


def is_traversable(path: Path, *, account: Account) -> bool:
    """True when every folder above (and the path itself, if it is a folder) lets the account through."""
    if not account.is_demoted:
        return True
    resolved = path.resolve()
    folders = [resolved, *resolved.parents] if resolved.is_dir() else list(resolved.parents)
    return all(_may_enter(folder, account=account) for folder in folders if folder.exists())


def _may_enter(folder: Path, *, account: Account) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def reachable_data_dir(wanted: Path, *, account: Account) -> Path:
    """The wanted folder, or its stand-in under /var/lib when the account cannot get to it (a closed home)."""
    if is_traversable(wanted.parent, account=account):
        return wanted.absolute()
    return state_dir(wanted) / wanted.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Programs and the libraries they look for beside themselves: `parts` are copied together, relative to `base`."""

    base: Path
    bin_dir: Path
    parts: tuple[Path, ...]


def reachable_binaries(found: Installation, *, account: Account) -> Path:
    """The folder of programs, or that of a copy of the whole installation, which the account can reach."""
    if is_traversable(found.bin_dir, account=account):
        return found.bin_dir
    target = state_dir(found.base) / "programs"
    stamp = target / ".copied-from"
    mark = "".join(f"{part} {part.stat().st_mtime_ns}\n" for part in found.parts)
    if not (stamp.exists() and stamp.read_text() == mark):
        shutil.rmtree(target, ignore_errors=True)
        for part in found.parts:
            shutil.copytree(part, target / part.relative_to(found.base), symlinks=True)
        for path in [target, *target.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        stamp.write_text(mark)
    return target / found.bin_dir.relative_to(found.base)


def state_dir(path: Path) -> Path:
    folder = STATE_ROOT / f"rachun-{short_hash(path)}"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


def socket_dir(data_dir: Path, *, account: Account) -> Path:
    """Where the sockets of this data folder belong: short, since a path of more than 107 bytes cannot be bound."""
    return _runtime_root() / f"rachun-{account.uid}-{short_hash(data_dir)}"


def make_socket_dir(folder: Path, *, account: Account) -> None:
    """Private to the account. Raises UnsafeFolder if the folder exists and belongs to somebody else."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        raise UnsafeFolder(f"{folder} exists and belongs to uid {found.st_uid}")
    folder.chmod(0o700)
    account.own(folder)


def remove_socket_dir(folder: Path) -> None:
    """Leave nothing behind once the sockets are gone; a socket of a killed server goes with its folder."""
    shutil.rmtree(folder, ignore_errors=True)


def _runtime_root() -> Path:
    named = os.environ.get("XDG_RUNTIME_DIR")
    candidates = [Path("/run")] if os.geteuid() == 0 else [Path(named)] if named else []
    for folder in [*candidates, Path("/tmp")]:  # noqa: S108 -- the folder made below it is 0700 and its owner is checked
        if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) and len(os.fsencode(folder)) < 50:  # noqa: PLR2004
            return folder
    raise UnsafeFolder("no folder for sockets: neither XDG_RUNTIME_DIR nor /tmp can be written")
