"""The first command of a new system, and of every further enterprise on it."""

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rachun.apps.base.errors import DomainError, Invalid
from rachun.apps.ledger.services.found_enterprise import EnterpriseFacts, found_enterprise
from rachun.countries.loader import COUNTRIES


class Command(BaseCommand):
    help = "A legal entity with the chart of its country, and its administrator. The password comes by standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="short and unique, as KOMUNALNO")
        parser.add_argument("name", help="as on its documents")
        parser.add_argument("--short-name", default="", help="on screens; the code when there is none")
        parser.add_argument("--country", required=True, choices=COUNTRIES)
        parser.add_argument("--currency", default="", help="three letters; that of the country when there is none")
        parser.add_argument("--tax-number", default="")
        parser.add_argument("--login", required=True, help="of the administrator")
        parser.add_argument("--full-name", required=True, help="of the administrator")

    def handle(self, *_args: Any, **told: Any) -> None:
        facts = EnterpriseFacts(
            code=told["code"],
            name=told["name"],
            short_name=told["short_name"] or told["code"],
            pack=told["country"],
            tax_number=told["tax_number"],
            currency=told["currency"],
        )
        try:
            found_enterprise(
                facts=facts,
                login=told["login"],
                password=ask_password(),
                full_name=told["full_name"],
                founded_at=timezone.now(),
            )
        except Invalid as refusal:
            raise CommandError("\n".join(str(problem.detail) for problem in refusal.errors)) from refusal
        except DomainError as refusal:
            raise CommandError(str(refusal.title)) from refusal
        self.stdout.write(f"{facts.code} is there; {told['login']} may sign in.")


def ask_password() -> str:
    """Typed unseen at a terminal, else the first line of standard input: never an argument, which others can see."""
    if sys.stdin.isatty():
        return getpass("Password of the administrator: ")
    return sys.stdin.readline().rstrip("\n")
