"""Load the demo enterprises into an empty database."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rachun.apps.demo.services.load import DemoLogin, How, is_loaded, load_demo

PASSWORD, LOGINS_FILE = "RACHUN_DEMO_PASSWORD", "RACHUN_DEMO_LOGINS_FILE"


class Command(BaseCommand):
    help = "Load the two demo enterprises with their months; says so when they are there."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if is_loaded():
            self.stdout.write("The demo is already loaded.")
            return
        password = os.environ.get(PASSWORD)
        if not password:
            raise CommandError(f"{PASSWORD} is not set: `python -m infra.local run-manage load_demo` sets it.")
        logins = load_demo(how=How(password=password, clock=timezone.now, say=self.stdout.write))
        self.tell(logins)

    def tell(self, logins: Sequence[DemoLogin]) -> None:
        """Logins for the screen; keys of API clients in a file of their own beside it, which only its owner reads."""
        rows = [{name: value for name, value in asdict(login).items() if value} for login in logins]
        if target := os.environ.get(LOGINS_FILE):
            keep(Path(target), [row for row in rows if "secret" not in row])
            keep(Path(target).with_name("demo-api-clients.json"), [row for row in rows if "secret" in row])
        self.stdout.write(f"The demo is loaded: {len(rows)} logins.")


def keep(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
