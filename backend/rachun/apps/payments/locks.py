"""Order: the key of the channel, then the account's money."""

from uuid import UUID

from django.db import connection

from rachun.apps.base.transactions import assert_in_transaction


def lock_external_key(*, legal_entity_id: UUID, channel: str, external_key: str) -> None:
    """One receipt with this key at a time: the second one sees the first, whatever account it names."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"receipt {legal_entity_id} {channel} {external_key}"],
        )
