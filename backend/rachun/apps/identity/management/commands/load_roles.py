"""Make or refresh the shipped roles."""

from typing import Any

from django.core.management.base import BaseCommand

from rachun.apps.identity.services.roles import load_roles


class Command(BaseCommand):
    help = "Make or refresh the shipped roles from identity/roles.yaml. Safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for code, count in load_roles().items():
            self.stdout.write(f"{code}: {count} operations")
