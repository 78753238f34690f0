"""Statements that are sent a hundred times a second: planned once for each connection, values apart from the text."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

PREPARE_AFTER = 3


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
