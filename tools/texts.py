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
    stale = filter(is_stale, catalogues(ROOT / "backend"))
    failed = [wrong for wrong in map(compiled, stale) if wrong]
    sys.stderr.writelines(failed)
    return 1 if failed else 0


def compiled(catalogue: Path) -> str:
    """What msgfmt found wrong; its warnings about headers that nobody reads are left out when nothing is."""
    command = ["msgfmt", "--check", "-o", str(catalogue.with_suffix(".mo")), str(catalogue)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{done.stderr or catalogue}\n" if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
