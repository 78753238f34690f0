"""Statements that are planned once: arrays as the server reads them, and the plan of a table that looks empty."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from rachun.apps.base.prepared import array, begin_prepared, planned_freely, run_prepared

pytestmark = pytest.mark.django_db

TEXTS = ['say "no"', "C:\\new", "", "NULL", "{1,2}", " a ", "Їжак, đak", "a\nb", '\\"', None]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", TEXTS),
        ("int", [0, -7, 2_147_483_647, None]),
        ("bigint", [10**18]),
        ("uuid", [UUID(int=7), None]),
        ("date", [date(2026, 2, 28)]),
        ("timestamptz", [datetime(2026, 2, 28, 23, 59, 59, 123_456, tzinfo=UTC)]),
        ("bool", [True, False]),
        ("text", []),
    ],
)
def test_an_array_reaches_the_server_as_it_was(kind: str, values: list[Any]) -> None:
    [(found,)] = run_prepared(f"SELECT %s::{kind}[]", [array(values)])

    assert found == values


def test_json_in_an_array_is_json() -> None:
    [(found,)] = run_prepared("SELECT unnest(%s::jsonb[]) ->> 'a'", [array(['{"a": "\\"b\\\\"}'])])

    assert found == '"b\\'


def plan_of_a_look(value: str) -> str:
    """How one row of a table of one page is found."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS few (name text PRIMARY KEY)")
        cursor.execute("INSERT INTO few SELECT 'a' ON CONFLICT DO NOTHING")
        cursor.execute("ANALYZE few")
        cursor.execute("EXPLAIN SELECT f.name FROM unnest(%s::text[]) AS n (name) JOIN few f USING (name)", [[value]])
        return "\n".join(line for (line,) in cursor.fetchall())


def test_a_look_into_a_small_table_goes_by_index_where_it_was_asked_for() -> None:
    assert "Seq Scan on few" in plan_of_a_look("a"), "the reason for begin_prepared is gone"

    begin_prepared(lock_timeout="300ms")

    assert "few_pkey" in plan_of_a_look("a")
    with planned_freely():
        assert "Seq Scan on few" in plan_of_a_look("a")
    assert "few_pkey" in plan_of_a_look("a")


def test_what_is_planned_freely_leaves_another_transaction_as_it_was() -> None:
    with planned_freely():
        pass

    assert "Seq Scan on few" in plan_of_a_look("a")
