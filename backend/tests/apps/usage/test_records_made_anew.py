"""The migration that makes the tables of records anew keeps all that they hold and all that holds them."""

import importlib
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.factories.metering import make_agreement
from tests.factories.usage import make_record, make_source

pytestmark = pytest.mark.usefixtures("fresh_database")
ANEW = importlib.import_module("rachun.apps.usage.migrations.0012_fixed_width_in_front")
SHAPE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
 WHERE conrelid::regclass::text ~ '^usage_usagerecord' AND contype <> 'n'
UNION ALL
SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
 WHERE attrelid::regclass::text ~ '^usage_usagerecord(_[0-9a-f]{32})?$' AND attnum > 0
UNION ALL
SELECT tablename, CASE WHEN tablename = 'usage_usagerecord' THEN indexname ELSE '' END,
       regexp_replace(indexdef, '^.* USING ', ''), true
  FROM pg_indexes WHERE tablename ~ '^usage_usagerecord'
UNION ALL
SELECT c.relname, '', pg_get_expr(c.relpartbound, c.oid), true
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'usage_usagerecord'::regclass
ORDER BY 1, 2, 3
"""


def rows(owner: psycopg.Connection[Any], *, columns: list[str]) -> list[Any]:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return owner.execute(sql.SQL("SELECT {} FROM usage_usagerecord ORDER BY record_no").format(listed)).fetchall()


def columns_of(owner: psycopg.Connection[Any]) -> list[str]:
    found = owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'usage_usagerecord'::regclass AND attnum > 0 ORDER BY attnum"
    )
    return [name for (name,) in found.fetchall()]


def test_keeps_rows_keys_indexes_and_checks(owner_sql: psycopg.Connection[Any]) -> None:
    agreement = make_agreement()
    source = make_source(legal_entity=agreement.legal_entity)
    for day in ("2026-01-05", "2026-01-06", "2026-02-05"):
        make_record(agreement=agreement, source=source, on=day)
    leaf = sql.Identifier(owner_sql.execute("SELECT tableoid::regclass::text FROM usage_usagerecord").fetchall()[0][0])
    check = sql.SQL("ALTER TABLE {} ADD CONSTRAINT source_is_of_batch CHECK (source_id = {})")
    owner_sql.execute(check.format(leaf, sql.Literal(source.id)))
    columns = sorted(columns_of(owner_sql))
    held, shape = rows(owner_sql, columns=columns), owner_sql.execute(SHAPE).fetchall()
    assert len(held) == 3

    owner_sql.execute(ANEW.MAKE_ANEW)

    assert rows(owner_sql, columns=columns) == held
    assert owner_sql.execute(SHAPE).fetchall() == shape
    assert columns_of(owner_sql)[:3] == ["load_key", "source_id", "agreement_id"]
    assert columns_of(owner_sql)[-1] == "raw"
