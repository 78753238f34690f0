"""Walk the audit chains and name the first broken row."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rachun.apps.base.audit import find_broken_link


class Command(BaseCommand):
    help = "Check the audit chains; exit code 1 and the first broken row if one does not hold."

    def handle(self, *_args: Any, **_options: Any) -> None:
        broken = find_broken_link()
        if broken is not None:
            raise CommandError(
                f"stream {broken.stream}, place {broken.sequence}, audit row {broken.audit_row_id}: {broken.reason}"
            )
        self.stdout.write("the audit chains hold")
