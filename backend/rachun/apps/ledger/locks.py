"""The lock of a period. The lock of accounts' money is services/lock_money.py; it is taken first."""

from datetime import date
from uuid import UUID

from django.db import connection

from rachun.apps.base.transactions import assert_in_transaction


def lock_period(*, legal_entity_id: UUID, area: str, month: date) -> None:
    """Wait for every entry under way into the month, and keep others out until the commit.

    The key is that of refuse_closed_period in sql/01_periods.sql, which takes it shared.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('period:' || %s::uuid || %s || %s, 0))",
            [legal_entity_id, area, f"{month:%Y-%m}"],
        )
