"""Price neutral case files with the production engine: `make price-cases FILES="one.json two.json"`.

A family of cases is a module that recognises a document by its shape, never by its name, translates each case into
our tariff schema, prices it with the engine and compares. The command ends with the counts; 1 when a case failed or a
file was not understood.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

from tools.price_cases import proration, telecom, usage
from tools.price_cases.outcome import Outcome, Verdict

FAMILIES: tuple[ModuleType, ...] = (telecom, usage, proration)


def main(names: list[str]) -> int:
    counted: Counter[Verdict] = Counter()
    for path in case_files(names):
        for outcome in outcomes_of(path):
            counted[outcome.verdict] += 1
            if outcome.verdict is not Verdict.PASSED:
                print(f"{outcome.verdict:<7} {path}: {outcome.case_id}: {outcome.detail}")
    parts = [f"{counted[verdict]} {verdict}" for verdict in Verdict]
    print(", ".join(parts))
    return 1 if counted[Verdict.FAILED] or not counted[Verdict.PASSED] else 0


def case_files(names: Sequence[str]) -> Iterator[Path]:
    """The files, and those that lie in folders; a folder without any is said to have none."""
    for name in names:
        path = Path(name)
        inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not inside:
            print(f"{path}: no case files in this folder")
        yield from inside


def outcomes_of(path: Path) -> Iterator[Outcome]:
    """Every case of a file; a file that cannot be read or that no family knows is one failed case."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as broken:
        yield Outcome(case_id=path.name, verdict=Verdict.FAILED, detail=f"cannot be read: {broken}")
        return
    families = [family for family in FAMILIES if family.recognises(document)]
    if not families:
        yield Outcome(case_id=path.name, verdict=Verdict.FAILED, detail="no family of cases has this shape")
    for family in families:
        yield from family.outcomes(document)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
