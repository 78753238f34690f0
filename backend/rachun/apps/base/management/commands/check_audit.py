"""Walk the audit chains and name the first broken row."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rachun.apps.base.audit import find_broken_link
from rachun.apps.base.check_results import record_check


class Command(BaseCommand):
    help = "Check the audit chains; exit code 1 and the first broken row if one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--record", action="store_true", help="Tell monitoring what was found.")

    def handle(self, *_args: Any, record: bool = False, **_options: Any) -> None:
        broken = find_broken_link()
        words = ""
        if broken is not None:
            words = f"stream {broken.stream}, place {broken.sequence}, audit row {broken.audit_row_id}: {broken.reason}"
        if record:
            record_check(name="audit", is_good=broken is None, words=words, finished_at=timezone.now())
        if broken is not None:
            raise CommandError(words)
        self.stdout.write("the audit chains hold")
