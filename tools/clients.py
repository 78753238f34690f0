"""Build the browser's applications that changed since they were built: npm ci from the lock, then their own build."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv/bin"  # Node comes with the locked Python packages
CLIENTS = ("frontend", "mobile")
SOURCES = (
    *("src", "app", "assets", "public", "scripts", "index.html"),
    *("package.json", "package-lock.json", "vite.config.ts", "app.json", "babel.config.js"),
)


class BuildFailed(SystemExit):
    """The message is what npm or the build said."""


def main(arguments: list[str]) -> int:
    for name in arguments or CLIENTS:
        build(ROOT / name)
    return 0


def build(folder: Path) -> None:
    """Nothing when the built files are those of the sources."""
    stamp, mark = folder / "dist" / ".built-from", mark_of([folder / source for source in SOURCES])
    if stamp.exists() and stamp.read_text() == mark:
        return
    install(folder)
    say(f"Building {folder.name}")
    npm(folder, "run", "build")
    stamp.write_text(mark)


def install(folder: Path) -> None:
    """The locked packages, when the lock is not the one that was installed."""
    stamp, mark = folder / "node_modules" / ".installed-from", mark_of([folder / "package-lock.json"])
    if stamp.exists() and stamp.read_text() == mark:
        return
    say(f"Installing locked npm packages of {folder.name}")
    npm(folder, "ci")
    stamp.write_text(mark)


def mark_of(paths: list[Path]) -> str:
    files = sorted(file for path in paths for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def npm(folder: Path, *words: str) -> None:
    """Raises BuildFailed."""
    program = BIN / "npm"
    found = str(program) if program.exists() else shutil.which("npm")
    if found is None:
        raise BuildFailed("Node is missing: make bootstrap installs it into .venv.")
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        [found, *words],
        cwd=folder,
        env={**os.environ, "PATH": path, "CI": "1", "EXPO_NO_TELEMETRY": "1", "EXPO_OFFLINE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildFailed(f"npm {' '.join(words)} failed in {folder.name}:\n{done.stdout}{done.stderr}")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
