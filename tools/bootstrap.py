"""Make a bare machine ready: Debian packages, .venv, locked Python packages. Only the standard library.

Quick when there is nothing to do: the packages are synchronised only when the lock files changed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = (
    ROOT / "backend/requirements/runtime.txt",
    ROOT / "backend/requirements/dev.txt",
    ROOT / "device-agent/requirements/runtime.txt",
)
DEBIAN_PACKAGES = ROOT / "infra/debian-packages.txt"
UV = "uv==0.13.9"
PYTHON_OLDEST = (3, 11)


class CannotPrepare(SystemExit):
    """Something has to be installed by a person; the message says what."""


def main() -> None:
    if sys.version_info < PYTHON_OLDEST:
        raise CannotPrepare(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    ensure_debian_packages()
    if VENV.is_symlink():
        return  # several worktrees share one environment, and it is looked after elsewhere
    ensure_venv()
    ensure_locked_packages()


def named_packages() -> list[str]:
    lines = (line.strip() for line in DEBIAN_PACKAGES.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def missing_packages(names: list[str]) -> list[str]:
    if not shutil.which("dpkg-query"):
        return []  # not a Debian: the README names what the libraries are called
    return [name for name in names if not is_installed(name)]


def is_installed(package: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True, check=False
    )
    return asked.stdout == "installed"


def ensure_debian_packages() -> None:
    missing = missing_packages(named_packages())
    if not missing:
        return
    if os.geteuid() == 0:
        apt_install(missing)
    else:
        say("Documents and texts need more Debian packages. Ask an administrator for:")
        say(f"  apt-get install {' '.join(missing)}")


def apt_install(names: list[str]) -> None:
    say(f"Installing {' '.join(names)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=500", "-o", "Acquire::Retries=3"]
    steps = [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *names]]
    for step in steps:
        subprocess.run(step, env=environment, stdin=subprocess.DEVNULL, check=True)


def ensure_venv() -> None:
    if runs(VENV / "bin" / "python"):
        return
    if importlib.util.find_spec("ensurepip") is None:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise CannotPrepare("Python cannot make a virtual environment. Install python3-venv and try again.")
        apt_install(["python3-venv"])
    say("Making .venv")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def runs(program: Path) -> bool:
    """A venv that was copied from elsewhere, or whose Python was upgraded away, does not run."""
    if not program.exists():
        return False
    return subprocess.run([str(program), "--version"], check=False, capture_output=True).returncode == 0


def ensure_locked_packages() -> None:
    stamp = VENV / ".locks"
    mark = hashlib.sha256(b"".join(lock.read_bytes() for lock in LOCKS) + UV.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == mark:
        return
    say("Installing locked Python packages")
    python = str(VENV / "bin" / "python")
    if not runs(VENV / "bin" / "uv"):
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, UV], stdin=subprocess.DEVNULL, check=True)
    uv = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes", "--python", python]
    subprocess.run([*uv, *map(str, LOCKS)], stdin=subprocess.DEVNULL, check=True)
    stamp.write_text(mark)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
