"""Derive a sample of issued bills again from raw inputs and compare it with the books."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rachun.apps.billing.services.audit_bills import audit_bills


class Command(BaseCommand):
    help = "Exit code 1 and the places when a stored charge or posting differs by a cent; the last line is JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--random", type=int, default=200, help="Bills drawn by chance.")
        parser.add_argument("--risky", type=int, default=100, help="Bills that jump most against the one before.")
        parser.add_argument("--seed", default="", help="Draws the same sample again; by default today's date.")

    def handle(self, *_args: Any, **options: Any) -> None:
        seed = options["seed"] or f"{timezone.localdate():%Y-%m-%d}"
        found = audit_bills(random_count=options["random"], risky_count=options["risky"], seed=seed)
        for one in found.differences:
            place = f"line {one.line_no}" if one.line_no else "the whole"
            self.stdout.write(f"{one.number}, {place}, {one.what}: stored {one.stored}, derived {one.derived}")
        self.stdout.write(json.dumps({"seed": seed, "bills": found.bills, "differences": len(found.differences)}))
        if found.differences:
            raise CommandError(f"{len(found.differences)} differences in the books")
