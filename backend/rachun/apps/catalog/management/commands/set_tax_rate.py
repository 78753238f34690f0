"""Name a rate of tax for an enterprise whose country pack leaves it open."""

from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rachun.apps.base.errors import DomainError
from rachun.apps.catalog.services import set_own_tax_rate
from rachun.apps.identity.models import LegalEntity


class Command(BaseCommand):
    help = "A rate from a day on, until the next one: set_tax_rate ENTITY STANDARD 23 --from 2026-01-01 --source LAW"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("entity", help="Code of the legal entity.")
        parser.add_argument("category", help="STANDARD, REDUCED …")
        parser.add_argument("percent", type=Decimal)
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, required=True)
        parser.add_argument("--source", required=True, help="The document that says so.")

    def handle(self, *_args: Any, **options: Any) -> None:
        entity = LegalEntity.objects.filter(code=options["entity"]).first()
        if entity is None:
            raise CommandError(f"There is no legal entity {options['entity']}.")
        try:
            rate = set_own_tax_rate(
                legal_entity=entity,
                category=options["category"],
                percent=options["percent"],
                valid_from=options["valid_from"],
                source_document=options["source"],
                recorded_at=timezone.now(),
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.title} {refusal}") from refusal
        self.stdout.write(str(rate))
