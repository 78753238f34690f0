"""Logs per process, appended, kept small by copying away and emptying: the writer keeps its file open."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SIZE_MAX = 5_000_000
KEPT = 3


def rotate(log: Path, *, size_max: int = SIZE_MAX, kept: int = KEPT) -> bool:
    """Move x.log to x.log.1 (.1 to .2 …) when it has grown past the size. True when it did."""
    if not log.exists() or log.stat().st_size <= size_max:
        return False
    for number in range(kept - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)
    return True


def tail(log: Path, *, characters: int = 2000) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4 * characters))
        return file.read().decode(errors="replace")[-characters:]
