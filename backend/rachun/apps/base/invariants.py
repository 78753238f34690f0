"""Sentences that must be true of the books, each with the SQL that lists what breaks it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connection

SHOWN_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """Give `sql`, a SELECT of the rows that break it, or `rows`, which finds them another way."""

    code: str
    sentence: str
    sql: str = ""
    rows: Callable[[], Sequence[Sequence[Any]]] | None = None

    def violations(self) -> list[tuple[Any, ...]]:
        if self.rows is not None:
            return [tuple(row) for row in self.rows()]
        with connection.cursor() as cursor:
            cursor.execute(self.sql)
            return [tuple(row) for row in cursor.fetchall()]


def list_invariants() -> list[Invariant]:
    """Those of every module that config/wiring.py names, by code."""
    modules = [import_module(name) for name in import_module(settings.RACHUN_WIRING).INVARIANTS]
    return sorted((one for module in modules for one in module.INVARIANTS), key=lambda one: one.code)
