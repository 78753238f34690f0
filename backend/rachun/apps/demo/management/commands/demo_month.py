"""Run the latest month of both demo enterprises; the last line is JSON."""

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rachun.apps.base.invariants import list_invariants
from rachun.apps.billing.models import BillRun, ControlSheet
from rachun.apps.demo.services.bill import bill_month, finish_documents
from rachun.apps.demo.services.enterprises import ENTERPRISES
from rachun.apps.demo.services.load import LATEST, How, is_loaded, load_more
from rachun.apps.demo.services.totals import month_totals, told_main_meters
from rachun.apps.identity.models import LegalEntity


class Command(BaseCommand):
    help = "Bill the latest month of the demo: calculate, control sheet, approve, issue, documents. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", type=int, default=0, help="add households until there are this many accounts")
        parser.add_argument("--without-documents", action="store_true", help="leave drawing the bills to the workers")
        parser.add_argument("--inline", action="store_true", help="do the work here instead of leaving it to workers")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not is_loaded():
            raise CommandError("The demo is not loaded: run load_demo first.")
        is_inline = bool(options["inline"])
        how = How(password="", clock=timezone.now, say=self.stdout.write, is_inline=is_inline)
        if options["accounts"]:
            added = load_more(accounts=options["accounts"], how=how)
            self.stdout.write(f"{added} households added.")
        started = time.monotonic()
        runs = [self.run_month(code=enterprise.code, is_inline=is_inline) for enterprise in ENTERPRISES]
        if not options["without_documents"]:
            for run in runs:
                finish_documents(run=run, is_inline=is_inline)
        seconds = round(time.monotonic() - started, 3)
        broken = broken_invariants()
        result = {**asdict(month_totals(runs=runs)), "seconds": seconds, "invariants": told(broken)}
        self.stdout.write(json.dumps(result))
        if broken:
            raise CommandError("The books are not in order; check_invariants lists the rows.")

    def run_month(self, *, code: str, is_inline: bool) -> BillRun:
        entity = LegalEntity.objects.get(code=code)
        run = bill_month(entity=entity, month=LATEST, clock=timezone.now, is_inline=is_inline)
        sheet = ControlSheet.objects.filter(run=run).order_by("made_at")
        self.stdout.write(f"{entity.short_name} {LATEST:%Y-%m}: {json.dumps(sheet[sheet.count() - 1].figures)}")
        for line in told_main_meters(run=run, known_until=timezone.now()):
            self.stdout.write(f"{entity.short_name} {line}")
        return run


def broken_invariants() -> dict[str, int]:
    """Code → how many rows break it; empty when everything holds."""
    broken: dict[str, int] = {}
    for invariant in list_invariants():
        if rows := invariant.violations():
            broken[invariant.code] = broken.get(invariant.code, 0) + len(rows)
    return broken


def told(broken: dict[str, int]) -> str:
    return ", ".join(f"{code}: {count}" for code, count in broken.items()) or "hold"
