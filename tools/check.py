"""The fast half of CI: every check runs and every failure is reported, not only the first."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.clients import BuildFailed, build
from tools.contract import CONTRACT, write_contract
from tools.texts import catalogues

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv/bin"
ADDRESS_MARKS = ("http://", "https://", "--index-url", "--extra-index-url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    run: Callable[[], str]  # what is wrong; empty when nothing is


def command(*words: str, folder: Path = ROOT) -> Callable[[], str]:
    def run() -> str:
        path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        tooling = {"RACHUN_ENV": "tooling", "DJANGO_SETTINGS_MODULE": "rachun.config.settings", "PATH": path}
        python_path = f"{ROOT}{os.pathsep}{ROOT / 'backend'}"
        environment = {**os.environ, **tooling, "PYTHONPATH": python_path}
        done = subprocess.run(
            words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        return f"{done.stdout}{done.stderr}" or f"exit code {done.returncode}" if done.returncode else ""

    return run


def contract_is_current() -> str:
    """The committed contract is the one that the code writes."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "rachun.yaml"
        if write_contract(fresh):
            return "the contract cannot be written without warnings"
        if not CONTRACT.exists():
            return "openapi/rachun.yaml is not there: make contract"
        if fresh.read_bytes() != CONTRACT.read_bytes():
            difference = command("diff", "-u", str(CONTRACT), str(fresh))().splitlines()[:40]
            return "\n".join(["openapi/rachun.yaml is not what the code says: make contract", *difference])
    return ""


def catalogues_are_whole() -> str:
    wrong = [command("msgfmt", "--check", "-o", os.devnull, str(po))() for po in catalogues(ROOT / "backend")]
    return "".join(wrong)


def locks_hold_no_addresses() -> str:
    """A lock with addresses ties the project to whatever registry its author sat behind."""
    wrong = []
    for lock in sorted(ROOT.glob("*/requirements/*.txt")):
        wrong += [f"{lock.relative_to(ROOT)}: {line}" for line in lock.read_text().splitlines() if has_address(line)]
    for lock in sorted(ROOT.glob("*/package-lock.json")):
        wrong += [f"{lock.parent.name}: {line.strip()}" for line in lock.read_text().splitlines() if is_resolved(line)]
    return "\n".join(wrong)


def client_is_whole(name: str) -> Callable[[], str]:
    """Types, lint, import zones, texts in three languages, and a build whose first load is light."""

    def run() -> str:
        try:
            build(ROOT / name)
        except BuildFailed as failure:
            return str(failure)
        return command("npm", "run", "check", folder=ROOT / name)()

    return run


def has_address(line: str) -> bool:
    return any(mark in line for mark in ADDRESS_MARKS)


def is_resolved(line: str) -> bool:
    return '"resolved": "http' in line


CHECKS = (
    Check(name="ruff", run=command("ruff", "check", "--quiet", "--output-format", "concise", ".")),
    Check(name="format", run=command("ruff", "format", "--check", "--quiet", ".")),
    Check(
        name="types of the backend",
        run=command("mypy", "--config-file", "../pyproject.toml", "-p", "rachun", folder=ROOT / "backend"),
    ),
    Check(
        name="types of the tools", run=command("mypy", "--config-file", "tools/mypy.ini", "-p", "infra", "-p", "tools")
    ),
    Check(
        name="types of the device agent",
        run=command("mypy", "--config-file", "../tools/mypy.ini", "-p", "rachun_agent", folder=ROOT / "device-agent"),
    ),
    Check(name="imports", run=command("lint-imports", "--config", ".importlinter", "--no-cache")),
    Check(name="import contracts are generated", run=command("python", "-m", "tools.import_contracts", "--check")),
    Check(
        name="dependencies",
        run=command("deptry", "--no-ansi", "--config", "../tools/deptry.toml", ".", folder=ROOT / "backend"),
    ),
    Check(name="house lints", run=command("python", "-m", "tools.house_lints")),
    Check(
        name="migrations",
        run=command(
            "python", "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run", folder=ROOT / "backend"
        ),
    ),
    Check(name="contract", run=contract_is_current),
    Check(name="texts", run=catalogues_are_whole),
    Check(name="locks", run=locks_hold_no_addresses),
    Check(name="operators' application", run=client_is_whole("frontend")),
    Check(name="subscribers' portal", run=client_is_whole("mobile")),
)


def main() -> int:
    failed = []
    for check in CHECKS:
        started = time.monotonic()
        wrong = check.run()
        print(f"{'FAILED' if wrong else 'ok':<7} {check.name} ({time.monotonic() - started:.1f} s)", flush=True)
        if wrong:
            failed.append(check.name)
            print(wrong.rstrip(), flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
