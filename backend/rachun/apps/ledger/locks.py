"""Every lock of the books. Order: period, then open items of accounts in the order of account ids."""

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


def lock_account_money(*, account_ids: list[UUID]) -> None:
    """One allocation of an account's money at a time; taken in one order, so two of them cannot wait for each other."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(account_ids)],
        )
