"""A code for the computer of a demo enterprise's cash desk. infra/local/desk.py spends it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from rachun.apps.demo.services.desk import prepare_desk


class Command(BaseCommand):
    help = "Make the cash desk of a demo enterprise when it is missing, and print a one-time code for its computer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("enterprise", help="The code of the legal entity.")

    def handle(self, *_args: Any, enterprise: str, **_options: Any) -> None:
        self.stdout.write(prepare_desk(enterprise_code=enterprise, at=timezone.now()) or "")
