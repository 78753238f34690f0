"""Statements that are sent a hundred times a second: planned once for each connection, values apart from the text.

Note [Planned by index]
A plan is made for all values to come, by what is known of a table at that moment, and kept. A table that is new, or was
emptied, looks as if reading the whole of it were cheapest, and that plan stays while the table grows by a thousand rows
a second. So a transaction that such statements make up says first that they are to go by index, row by row.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

PREPARE_AFTER = 3
_BEGIN = """
SELECT set_config('lock_timeout', %s, true), set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
"""
_PLAN = """
SELECT current_setting('enable_seqscan'), set_config('enable_seqscan', %s, true),
       set_config('enable_hashjoin', %s, true), set_config('enable_mergejoin', %s, true)
"""


def run_prepared(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows it gives back, if any, on Django's own connection and in its transaction.

    Arrays need their types in the statement: `unnest(%s::uuid[])`.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        line: psycopg.Connection[Any] = connection.connection
        line.prepare_threshold = PREPARE_AFTER
        with psycopg.Cursor(line) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


def begin_prepared(*, lock_timeout: str) -> None:
    """For the rest of this transaction: how long it waits for a lock, and Note [Planned by index]."""
    run_prepared(_BEGIN, [lock_timeout])


@contextmanager
def planned_freely() -> Iterator[None]:
    """For statements over many rows, which may stand in such a transaction or in one of another kind."""
    [(before, *_)] = run_prepared(_PLAN, ["on"] * 3)
    yield
    run_prepared(_PLAN, [before] * 3)


def array(values: Iterable[Any]) -> str:
    """What the server reads as an array of any type, None as null; a tenth of the work of the driver's own way."""
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
