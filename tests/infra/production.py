"""The files of infra/production, read for the tests that hold them to the product."""

from __future__ import annotations

import ast
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PRODUCTION = REPOSITORY / "infra" / "production"
UNITS = PRODUCTION / "systemd"
ENVIRONMENT = PRODUCTION / "environment"
OPERATIONS = REPOSITORY / "docs" / "operations.md"
NAME = re.compile(r"(?:RACHUN|DATABASE|REDIS|SMTP|SENTRY)_[A-Z_]+")


def names_read_by_the_product() -> set[str]:
    """Every name that config/env.py asks the environment for: its string constants of that form."""
    tree = ast.parse((REPOSITORY / "backend/rachun/config/env.py").read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if NAME.fullmatch(text)}


def names_read_by_the_launcher() -> set[str]:
    return {name for name in NAME.findall((PRODUCTION / "rachun").read_text()) if name != "RACHUN_ROLE"}


def shipped_environment(*files: str) -> dict[str, str]:
    """What a process would be told by these files, with secrets as an administrator would fill them in."""
    told: dict[str, str] = {}
    for file in files:
        lines = [line for line in (ENVIRONMENT / f"{file}.env").read_text().splitlines() if line]
        told |= dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    secrets = {name: f"{name.lower()}-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH" for name in SECRETS}
    return told | {name: secrets[name] for name in secrets if name in told}


SECRETS = ("RACHUN_SECRET_KEY", "RACHUN_JWT_KEY", "RACHUN_METRICS_TOKEN")


def sections(unit: Path) -> dict[str, list[tuple[str, str]]]:
    """A unit as systemd reads it: repeated keys stay."""
    found: dict[str, list[tuple[str, str]]] = {}
    section = ""
    for line in unit.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            found[section] = []
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[section].append((key, value))
    return found


def values(unit: Path, key: str) -> list[str]:
    return [value for pairs in sections(unit).values() for name, value in pairs if name == key]


def services() -> list[Path]:
    return sorted(UNITS.glob("*.service"))
