"""Write openapi/rachun.yaml from the code, then the TypeScript clients of both applications from it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi/rachun.yaml"
GENERATOR = ROOT / "openapi"


def write_contract(target: Path) -> int:
    """The exit code of the generator, which fails on every warning."""
    manage = [str(ROOT / ".venv/bin/python"), "manage.py", "spectacular", "--validate", "--fail-on-warn"]
    tooling = {**os.environ, "RACHUN_ENV": "tooling", "DJANGO_SETTINGS_MODULE": "rachun.config.settings"}
    done = subprocess.run([*manage, "--file", str(target)], cwd=ROOT / "backend", env=tooling, check=False)
    return done.returncode


def write_clients() -> int:
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {**os.environ, "PATH": path, "CI": "1"}
    installed = GENERATOR / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (GENERATOR / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--silent"], cwd=GENERATOR, env=environment, check=True)
    return subprocess.run(["npm", "run", "-s", "generate"], cwd=GENERATOR, env=environment, check=False).returncode


def main() -> int:
    return write_contract(CONTRACT) or write_clients()


if __name__ == "__main__":
    sys.exit(main())
