"""What the database itself refuses to the application role, whatever the code does."""

from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import sql
from rachun.apps.agreements.services import assign_resource
from rachun.values.ids import uuid7
from tests.apps.identity.makers import make_enterprise
from tests.factories import customers as a


def copy_row(connection: psycopg.Connection[Any], *, table: str, row_id: Any, **changes: Any) -> None:
    """Insert the row again with another id and the changes."""
    columns = [
        name
        for (name,) in connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            [table],
        )
    ]
    values = {"id": uuid7(), **changes}
    shown = sql.SQL(", ").join(sql.Placeholder(name) if name in values else sql.Identifier(name) for name in columns)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("INSERT INTO {table} ({names}) SELECT {shown} FROM {table} WHERE id = {row}").format(
        table=sql.Identifier(table), names=names, shown=shown, row=sql.Placeholder("row_id")
    )
    connection.execute(query, {**values, "row_id": row_id})


class TestTheDatabase:
    def test_refuses_overlaps_and_changes_of_dated_facts(self, app_sql: psycopg.Connection[Any]) -> None:
        branch = make_enterprise().north
        agreement = a.agreement(branch=branch)
        from django.db import transaction

        with transaction.atomic():
            assigned = assign_resource(
                agreement=agreement,
                kind="LOGIN",
                identifier="ana",
                valid_from=a.START,
                valid_to=None,
                assigned_at=a.NOON,
            )
        rows = {
            "agreements_serviceterm": agreement.terms.get().id,
            "agreements_tariffassignment": agreement.assignments.get().id,
            "agreements_resourceassignment": assigned.id,
        }

        for table, row_id in rows.items():
            with pytest.raises(psycopg.errors.ExclusionViolation):
                copy_row(app_sql, table=table, row_id=row_id, valid_from=date(2026, 5, 1), valid_to=date(2026, 6, 1))
            with pytest.raises(psycopg.errors.CheckViolation):
                copy_row(app_sql, table=table, row_id=row_id, valid_from=date(2026, 5, 1), valid_to=date(2026, 4, 1))
            for change in ("UPDATE {} SET valid_to = '2026-02-01'", "DELETE FROM {}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app_sql.execute(sql.SQL(change).format(sql.Identifier(table)))

    def test_refuses_two_prices_of_a_prefix_on_one_day(self, app_sql: psycopg.Connection[Any]) -> None:
        from rachun.apps.catalog.models import DestinationRate

        table = a.destination_table(entity=make_enterprise().entity)
        rate = DestinationRate.objects.create(
            table=table,
            prefix="387",
            destination="BiH",
            price_per_minute="0.10",
            valid_from=a.START,
            recorded_at=a.NOON,
        )

        with pytest.raises(psycopg.errors.ExclusionViolation):
            copy_row(app_sql, table="catalog_destinationrate", row_id=rate.id, valid_from=date(2026, 7, 1))
