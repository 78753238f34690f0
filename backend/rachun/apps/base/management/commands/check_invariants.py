"""Check every invariant of the product and list what breaks it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rachun.apps.base.check_results import record_check
from rachun.apps.base.invariants import SHOWN_MAX, list_invariants


class Command(BaseCommand):
    help = "Read-only. Exit code 1 and the rows when a sentence does not hold; the last line is JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--record", action="store_true", help="Tell monitoring what was found.")

    def handle(self, *_args: Any, record: bool = False, **_options: Any) -> None:
        broken: dict[str, int] = {}
        for invariant in list_invariants():
            rows = invariant.violations()
            if not rows:
                continue
            broken[invariant.code] = broken.get(invariant.code, 0) + len(rows)
            self.stdout.write(f"{invariant.code} does not hold: {invariant.sentence}")
            for row in rows[:SHOWN_MAX]:
                self.stdout.write("  " + ", ".join(str(cell) for cell in row))
        self.stdout.write(json.dumps({"checked": len(list_invariants()), "broken": broken}))
        if record:
            words = ", ".join(f"{code}: {count}" for code, count in sorted(broken.items()))
            record_check(name="invariants", is_good=not broken, words=words, finished_at=timezone.now())
        if broken:
            raise CommandError(f"broken: {', '.join(sorted(broken))}")
