"""Held usage is sealed when its bills begin to be issued: from then on it is what they say, and nobody prices it anew.

Note [Sealed usage]
A run that has issued some of its bills cannot be calculated again, so a call of the others that changed would keep it
from ever ending. Sealing and changing take turns in an enterprise: whoever changes stored calls sees every seal there
is, and whoever seals looks at what is stored afterwards, when nobody is in the middle of a change.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import polars as pl
from django.db import connection

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import SealedHolder

_TURN: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))"
_SHARED_TURN: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 12))"
_LOCK: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM usage_usagerecord r
     WHERE r.agreement_id = ANY(%s) AND r.kind = 'CALLS' AND r.state IN ('RATED', 'BILLED')
       AND r.usage_date >= %s AND r.usage_date < %s
       AND NOT EXISTS (SELECT FROM unnest(%s::uuid[], %s::int[]) AS s (load_key, record_no)
                        WHERE s.load_key = r.load_key AND s.record_no = r.record_no)
     ORDER BY r.agreement_id, r.load_key, r.record_no FOR UPDATE OF r) locked
"""


def seal_usage(*, legal_entity_id: UUID, holder_ids: Sequence[UUID]) -> None:
    """Let what these calculations hold be changed no more; check afterwards that it is as it was. Note [Sealed usage]

    release_usage takes the seal away.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [str(legal_entity_id)])
    SealedHolder.objects.bulk_create([SealedHolder(holder_id=one) for one in holder_ids], ignore_conflicts=True)


def await_seals(*, legal_entity_id: UUID) -> None:
    """Nobody seals usage of the enterprise until the transaction ends. Comes before every other lock."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_SHARED_TURN, [str(legal_entity_id)])


def lock_calls(*, agreement_ids: Sequence[UUID], start: date, end: date, sealed: pl.DataFrame) -> None:
    """Nobody bills or releases priced calls of the days [start, end) until the transaction ends. sealed: load_key,
    record_no of those that are left to whoever issues them.
    """
    assert_in_transaction()
    keys = (sealed["load_key"].to_list(), sealed["record_no"].to_list())
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(agreement_ids), start, end, *keys])
