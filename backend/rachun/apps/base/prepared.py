"""Statements that are sent a hundred times a second: planned once for each connection, values apart from the text.

Note [Planned by index]
A plan is made for all values to come, by what is known of a table at that moment, and kept. A table that is new, or was
emptied, looks as if reading the whole of it were cheapest, and that plan stays while the table grows by a thousand rows
a second. So a transaction that such statements make up says first that they are to go by index, row by row.

Note [One way there and back]
On a busy machine a statement waits longer for its turn of a processor, on either side, than it takes. Statements that
do not need each other's rows are therefore sent in one go, `together`: what is asked there is read after it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

PREPARE_AFTER = 3
Rows = Callable[[], list[tuple[Any, ...]]]
_BEGIN = """
SELECT set_config('lock_timeout', %s, true), set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
"""
_PLAN = """
SELECT current_setting('enable_seqscan'), set_config('enable_seqscan', %s, true),
       set_config('enable_hashjoin', %s, true), set_config('enable_mergejoin', %s, true)
"""


def send_prepared(statement: str, values: Sequence[Any]) -> psycopg.Cursor[Any]:
    """On Django's own connection and in its transaction; an error may come only at the end of `together`.

    Arrays need their types in the statement: `unnest(%s::uuid[])`.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        line: psycopg.Connection[Any] = connection.connection
        line.prepare_threshold = PREPARE_AFTER
        return psycopg.Cursor(line).execute(statement, values)


def ask_prepared(statement: str, values: Sequence[Any]) -> Rows:
    """What reads the rows that the statement gives back, after `together` where it stands in one."""
    cursor = send_prepared(statement, values)

    def rows() -> list[tuple[Any, ...]]:
        with connection.wrap_database_errors:
            return cursor.fetchall()

    return rows


def run_prepared(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows it gives back."""
    return ask_prepared(statement, values)()


@contextmanager
def together() -> Iterator[None]:
    """Note [One way there and back]"""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def begin_prepared(*, lock_timeout: str) -> None:
    """For the rest of this transaction: how long it waits for a lock, and Note [Planned by index]."""
    send_prepared(_BEGIN, [lock_timeout])


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
