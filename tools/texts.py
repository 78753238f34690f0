"""Compile the catalogues (.po → .mo) that changed since they were compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = "**/locale/*/LC_MESSAGES/*.po"


def catalogues(backend: Path) -> list[Path]:
    return sorted((backend / "rachun").glob(CATALOGUES))


def is_stale(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < catalogue.stat().st_mtime_ns


def main() -> int:
    failed = 0
    for catalogue in filter(is_stale, catalogues(ROOT / "backend")):
        command = ["msgfmt", "--check", "-o", str(catalogue.with_suffix(".mo")), str(catalogue)]
        failed += subprocess.run(command, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
