"""Price the calls of a source by another destination table, such as its carrier's."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from rachun.apps.catalog.models import DestinationTable
from rachun.apps.rating.services import price_runs
from rachun.apps.usage.models import PricingRun, UsageBatch, UsageRecord, UsageSource


class Command(BaseCommand):
    help = "Declares the run, so later batches are priced as they come, and prices what came before. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", required=True, help="id of the source of usage")
        parser.add_argument("--run", required=True, help="name of the run, such as carrier")
        parser.add_argument("--table", required=True, help="code of the destination table")

    def handle(self, *_args: Any, **options: Any) -> None:
        source = UsageSource.objects.get(id=options["source"])
        table = DestinationTable.objects.get(legal_entity_id=source.legal_entity_id, code=options["table"])
        run, _ = PricingRun.objects.get_or_create(source=source, code=options["run"], defaults={"table": table})
        if run.table_id != table.id:
            raise CommandError(f"the run {run.code} prices by another table already")
        for batch in UsageBatch.objects.filter(source=source, state=UsageBatch.State.LOADED).order_by("received_at"):
            with transaction.atomic():
                records = UsageRecord.objects.filter(load_key=batch.id)
                counts = price_runs(source_id=source.id, records=records, priced_at=timezone.now())
            self.stdout.write(f"{batch.name}: {json.dumps(counts)}")
