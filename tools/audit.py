"""Known faults of the locked packages, asked of the registries of Python and npm. A silent registry is not a clean one.

Ends with 1 for a fault, and with 3 when a registry did not tell: then nothing is known.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PIP_AUDIT = "pip-audit==2.9.0"
FAULTY, SILENT = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """faults: one line each; silence: why nothing, or not everything, is known."""

    faults: tuple[str, ...] = ()
    silence: str = ""


def main() -> int:
    told = {str(lock.relative_to(ROOT)): ask(lock) for lock in locks()}
    for name, one in told.items():
        print(f"{name}: {len(one.faults)} known faults{f'; {one.silence}' if one.silence else ''}")
        for fault in one.faults:
            print(f"  {fault}")
    if any(one.faults for one in told.values()):
        return FAULTY
    return SILENT if any(one.silence for one in told.values()) else 0


def locks() -> list[Path]:
    return [*sorted(ROOT.glob("*/requirements/*.txt")), *sorted(ROOT.glob("*/package-lock.json"))]


def ask(lock: Path) -> Told:
    if lock.suffix == ".txt":
        how = ["-r", str(lock), "--require-hashes", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
        return of_python(said_by([str(ROOT / ".venv/bin/uv"), "tool", "run", PIP_AUDIT, *how], folder=ROOT))
    return of_npm(said_by(["npm", "audit", "--package-lock-only", "--json"], folder=lock.parent))


def said_by(command: list[str], *, folder: Path) -> str:
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    return done.stdout


def of_python(text: str) -> Told:
    report = parsed(text)
    packages = (report or {}).get("dependencies")
    if packages is None:
        return Told(silence="pip-audit did not answer")
    skipped = [package["name"] for package in packages if package.get("skip_reason")]
    faults = [
        f"{package['name']} {package['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none'}"
        for package in packages
        for fault in package.get("vulns", ())
    ]
    silence = f"the registry tells nothing of {len(skipped)} packages, as {skipped[0]}" if skipped else ""
    return Told(faults=tuple(faults), silence=silence)


def of_npm(text: str) -> Told:
    report = parsed(text)
    faulty = (report or {}).get("vulnerabilities")
    if faulty is None:
        return Told(silence=str((report or {}).get("message", "npm audit did not answer")))
    return Told(faults=tuple(f"{name} {facts['range']}: {facts['severity']}" for name, facts in sorted(faulty.items())))


def parsed(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


if __name__ == "__main__":
    sys.exit(main())
