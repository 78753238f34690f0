"""What docs call "the house style" and no linter knows. `python -m tools.house_lints` prints path:line: rule: why.

A finding is silenced on its line by `# house: <rule> -- <reason>`; without a reason it stays a finding.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.house_rules_django import DJANGO_RULES
from tools.house_rules_python import PYTHON_RULES
from tools.house_source import Finding, Source, read_source

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("backend", "device-agent", "tests", "infra", "tools")
SKIPPED_PARTS = {"migrations", "node_modules", ".venv", "var", "__pycache__"}

RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (*PYTHON_RULES, *DJANGO_RULES)


def lint(source: Source) -> list[Finding]:
    found = (finding for rule in RULES for finding in rule(source))
    return sorted(finding for finding in found if not source.is_silenced(finding))


def sources(root: Path) -> Iterator[Source]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if not SKIPPED_PARTS.intersection(path.relative_to(root).parts):
                yield read_source(path, root=root)


def main() -> int:
    found = [finding for source in sources(ROOT) for finding in lint(source)]
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
