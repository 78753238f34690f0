"""Import tariff plans of a rating engine, six CSV files in a folder, as destination tables."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from rachun.apps.identity.models import LegalEntity
from rachun.apps.rating.services import import_rate_plans
from rachun.formats.reading import FileRefused
from rachun.formats.source import Source
from rachun.formats.tariff_plan_files import COLUMNS, read_rate_plans


class Command(BaseCommand):
    help = "Prints each wrong row; with wrong rows nothing is kept unless --keep-good. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="holds Timings.csv, Destinations.csv, Rates.csv …")
        parser.add_argument("--legal-entity", required=True, help="id of the legal entity")
        parser.add_argument("--valid-from", type=date.fromisoformat, help="of plans that no profile dates")
        parser.add_argument("--keep-good", action="store_true", help="keep the good rows when others are wrong")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        entity = LegalEntity.objects.get(id=options["legal_entity"])
        try:
            read = read_rate_plans(files=files_in(options["folder"]))
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        for error in read.errors:
            self.stdout.write(f"{error.field} row {error.row}: {error.message_en}")
        if read.errors and not options["keep_good"]:
            raise CommandError(f"{len(read.errors)} wrong rows; nothing was kept")
        with transaction.atomic():
            done = import_rate_plans(
                legal_entity=entity,
                plans=read.plans,
                valid_from=options["valid_from"] or now.date(),
                imported_at=now,
            )
        self.stdout.write(f"{done.tables} tables: {done.added} rates added, {done.known} known, {done.ended} ended")


def files_in(folder: Path) -> dict[str, Source]:
    paths = {name: folder / f"{name}.csv" for name in COLUMNS}
    return {name: Source(name=path.name, data=path.read_bytes()) for name, path in paths.items() if path.is_file()}
