"""Walk the audit chains and name the first broken row; keep where they end outside the database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rachun.apps.base.audit import BrokenLink, find_broken_link
from rachun.apps.base.audit_anchors import BadAnchors, append_anchors, find_lost_anchor, new_anchors, read_anchors
from rachun.apps.base.check_results import record_check


class Command(BaseCommand):
    help = "Check the audit chains; exit code 1 and the first broken row if one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--record", action="store_true", help="Tell monitoring what was found.")
        parser.add_argument(
            "--anchors",
            type=Path,
            metavar="FILE",
            help="Compare with the ends of the chains in this file; when all holds, add where they end now.",
        )

    def handle(self, *_args: Any, record: bool, anchors: Path | None, **_options: Any) -> None:
        wrong = find_wrong(anchors)
        if record:
            record_check(name="audit", is_good=not wrong, words=wrong, finished_at=timezone.now())
        if wrong:
            raise CommandError(wrong)
        self.stdout.write("the audit chains hold")


def find_wrong(path: Path | None) -> str:
    """What does not hold, in words; empty when all does. Then the file has the new ends."""
    broken = find_broken_link()
    if path is None or broken is not None:
        return words(broken)
    try:
        known = read_anchors(path)
        lost = find_lost_anchor(known)
        if lost is None:
            append_anchors(path, new_anchors(known=known, at=timezone.now()))
    except (BadAnchors, OSError) as error:
        return f"the anchors: {error}"
    return words(lost)


def words(broken: BrokenLink | None) -> str:
    if broken is None:
        return ""
    return f"stream {broken.stream}, place {broken.sequence}, audit row {broken.audit_row_id}: {broken.reason}"
