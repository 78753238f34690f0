"""The layers, written once, and the import-linter contracts made from them.

python -m tools.import_contracts           writes .importlinter
python -m tools.import_contracts --check   says whether the committed file is the one this list makes
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / ".importlinter"
PACKAGE = "rachun"

# Top to bottom. A line never imports a line above it, nor its neighbours on the same line.
PACKAGE_LAYERS: tuple[tuple[str, ...], ...] = (
    ("config",),
    ("apps",),
    ("countries", "formats", "engine"),
    ("values",),
)
APP_LAYERS: tuple[tuple[str, ...], ...] = (
    ("demo",),
    ("selfservice", "partners", "reporting", "search"),
    ("collection",),
    ("taxes",),
    ("payments",),
    ("billing",),
    ("receivables",),
    ("rating", "workorders", "tickets"),
    ("metering", "usage", "access"),
    ("agreements",),
    ("stock", "assets"),
    ("ledger",),
    ("catalog", "customers", "resources"),
    ("documents", "messaging", "devices"),
    ("identity",),
    ("base",),
)
# What another app may import of an app. `base` is the ground all apps stand on and is open.
PUBLIC_PARTS = ("services", "selectors", "models", "events", "errors")
# Parts of single apps that are made for the apps above: the scope of a request, the pure rendering of documents,
# the words of a register's codes.
ALSO_PUBLIC = {"identity": ("scope",), "documents": ("rendering",), "devices": ("words",)}
OPEN_APPS = ("base",)
PURE_PACKAGES = ("values", "engine", "formats", "countries")
FRAMEWORKS = ("django", "rest_framework", "dramatiq", "psycopg", "redis")


def app_names() -> list[str]:
    return [app for line in APP_LAYERS for app in line]


def existing_apps(backend: Path) -> list[str]:
    """The apps that have work, so far; an app that the list does not know is refused by a house lint."""
    found = {folder.name for folder in (backend / PACKAGE / "apps").iterdir() if (folder / "__init__.py").exists()}
    return [app for app in app_names() if app in found]


def unlisted_apps(backend: Path) -> list[str]:
    found = {folder.name for folder in (backend / PACKAGE / "apps").iterdir() if (folder / "__init__.py").exists()}
    return sorted(found - set(app_names()))


def contracts(*, backend: Path) -> str:
    """The text of .importlinter for the apps that exist."""
    parts = [
        section("importlinter", [("root_packages", [PACKAGE]), ("include_external_packages", "True")]),
        layers(name="packages", title="Imports between packages point down", lines=PACKAGE_LAYERS, container=PACKAGE),
        layers(name="apps", title="Imports between apps point down", lines=APP_LAYERS, container=f"{PACKAGE}.apps"),
        no_frameworks(),
        *(public_parts(app, backend=backend) for app in existing_apps(backend) if app not in OPEN_APPS),
    ]
    return "# Made by tools/import_contracts.py from the layers written there. Do not edit.\n\n" + "\n".join(parts)


def layers(*, name: str, title: str, lines: Sequence[Sequence[str]], container: str) -> str:
    shown = [" | ".join(f"({module})" for module in line) for line in lines]
    options: list[tuple[str, str | list[str]]] = [
        ("name", title),
        ("type", "layers"),
        ("containers", [container]),
        ("layers", shown),
    ]
    return section(f"importlinter:contract:{name}", options)


def no_frameworks() -> str:
    options: list[tuple[str, str | list[str]]] = [
        ("name", "What is pure knows no framework, database or queue"),
        ("type", "forbidden"),
        ("source_modules", [f"{PACKAGE}.{package}" for package in PURE_PACKAGES]),
        ("forbidden_modules", list(FRAMEWORKS)),
        ("allow_indirect_imports", "True"),
    ]
    return section("importlinter:contract:pure", options)


def public_parts(app: str, *, backend: Path) -> str:
    """Outsiders use only the public parts of this app; config, which wires everything, may use all."""
    folder = backend / PACKAGE / "apps" / app
    inner = sorted(
        entry.stem
        for entry in folder.iterdir()
        if is_module(entry) and entry.stem not in {*PUBLIC_PARTS, *ALSO_PUBLIC.get(app, ()), "__init__", "migrations"}
    )
    options: list[tuple[str, str | list[str]]] = [
        ("name", f"Outsiders of {app} use its {', '.join(PUBLIC_PARTS)}"),
        ("type", "protected"),
        ("protected_modules", [f"{PACKAGE}.apps.{app}.{module}" for module in inner]),
        ("allowed_importers", [f"{PACKAGE}.config", f"{PACKAGE}.apps.{app}"]),
        ("as_packages", "True"),
    ]
    return section(f"importlinter:contract:public-{app}", options) if inner else ""


def is_module(entry: Path) -> bool:
    return entry.suffix == ".py" or (entry / "__init__.py").exists()


def section(title: str, options: Sequence[tuple[str, str | list[str]]]) -> str:
    lines = [f"[{title}]"]
    for key, value in options:
        lines += [f"{key} = {value}"] if isinstance(value, str) else [f"{key} =", *(f"    {item}" for item in value)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    backend = ROOT / "backend"
    if unlisted := unlisted_apps(backend):
        print(f"apps that APP_LAYERS does not name: {', '.join(unlisted)}")
        return 1
    wanted = contracts(backend=backend)
    if "--check" not in arguments:
        TARGET.write_text(wanted)
    elif not TARGET.exists() or TARGET.read_text() != wanted:
        print(".importlinter is not what the list says: python -m tools.import_contracts")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
