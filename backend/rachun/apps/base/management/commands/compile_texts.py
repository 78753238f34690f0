"""Compile the catalogues of texts: .po, which people edit, into .mo, which gettext reads."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile every django.po of the product. Safe to repeat; needs no gettext programs."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        ours = [Path(config.path) / "locale" for config in apps.get_app_configs() if config.name.startswith("rachun.")]
        for folder in [*map(Path, settings.LOCALE_PATHS), *ours]:
            for source in sorted(folder.glob("*/LC_MESSAGES/django.po")):
                compile_catalogue(source)
                self.stdout.write(f"compiled {folder.parent.name} {source.parent.parent.name}")


def compile_catalogue(source: Path) -> None:
    with source.open("rb") as text:
        catalogue = read_po(text)
    draft = source.with_suffix(".mo.new")
    with draft.open("wb") as compiled:
        write_mo(compiled, catalogue)
    draft.replace(source.with_suffix(".mo"))
