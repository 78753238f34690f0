"""Compile the catalogues of texts: .po, which people edit, into .mo, which gettext reads."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile every django.po of the product. Safe to repeat; needs no gettext programs."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        for source in sorted(settings.PACKAGE_DIR.glob("**/locale/*/LC_MESSAGES/django.po")):
            compile_catalogue(source)
            self.stdout.write(f"compiled {source.relative_to(settings.PACKAGE_DIR).parent}")


def compile_catalogue(source: Path) -> None:
    with source.open("rb") as text:
        catalogue = read_po(text)
    draft = source.with_suffix(".mo.new")
    with draft.open("wb") as compiled:
        write_mo(compiled, catalogue)
    draft.replace(source.with_suffix(".mo"))
