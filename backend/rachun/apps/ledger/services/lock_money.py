"""The lock under which an account's money is allocated."""

from uuid import UUID

from django.db import connection

from rachun.apps.base.transactions import assert_in_transaction


def lock_account_money(*, account_ids: list[UUID]) -> None:
    """One allocation of an account's money at a time; taken in one order, so two of them cannot wait for each other."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(account_ids)],
        )
