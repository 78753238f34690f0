"""The shipped roles: globs over operation ids, resolved against the operations that exist."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from rachun.apps.identity.models import Role, RolePermission

ROLES_FILE = Path(__file__).resolve().parent.parent / "roles.yaml"


class UnknownOperation(Exception):
    """A role names an operation that no view has."""


def operation_ids() -> frozenset[str]:
    """Every operation id that a view of the product declares."""
    return frozenset(walk(get_resolver().url_patterns))


def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield from getattr(getattr(pattern.callback, "cls", None), "operations", {}).values()


def resolve(*, wanted: list[str], known: frozenset[str]) -> frozenset[str]:
    """A leading "-" takes away. A name without a star must exist, unless "?" marks it as one still to come.

    Raises UnknownOperation.
    """
    chosen: set[str] = set()
    for entry in wanted:
        glob = entry.removeprefix("-").removeprefix("?")
        matched = {operation for operation in known if fnmatchcase(operation, glob)}
        if not matched and "*" not in glob and not entry.startswith("?"):
            raise UnknownOperation(glob)
        chosen = chosen - matched if entry.startswith("-") else chosen | matched
    return frozenset(chosen)


def load_roles(*, path: Path = ROLES_FILE) -> Mapping[str, int]:
    """Make the shipped roles as the file says; return how many operations each has. Safe to repeat.

    Roles that the enterprise made itself stay as they are.
    """
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = operation_ids()
    counts = {}
    with transaction.atomic():
        for code, entry in content.items():
            names = {f"name_{language}": name for language, name in entry["names"].items()}
            role, _created = Role.objects.update_or_create(code=code, defaults=names)
            wanted = resolve(wanted=entry["operations"], known=known)
            role.permissions.exclude(operation_id__in=wanted).delete()
            RolePermission.objects.bulk_create(
                [RolePermission(role=role, operation_id=operation) for operation in sorted(wanted)],
                ignore_conflicts=True,
            )
            counts[code] = len(wanted)
    return counts
