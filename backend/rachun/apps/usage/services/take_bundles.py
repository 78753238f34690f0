"""What was taken of each agreement's bundles, a counter for each calendar month."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import BundleCounter

Bundle = tuple[UUID, str, date]  # agreement, component, first day of the month

_LOCK = """
SELECT c.used_s FROM unnest(%s::uuid[], %s::text[], %s::date[]) AS n (agreement_id, component, month)
  JOIN usage_bundlecounter c USING (agreement_id, component, month)
 ORDER BY c.agreement_id, c.component, c.month FOR NO KEY UPDATE OF c
"""
_TAKE = """
UPDATE usage_bundlecounter c SET used_s = c.used_s + n.seconds
  FROM unnest(%s::uuid[], %s::text[], %s::date[], %s::bigint[]) AS n (agreement_id, component, month, seconds)
 WHERE c.agreement_id = n.agreement_id AND c.component = n.component AND c.month = n.month
"""
_USED = """
SELECT c.used_s FROM unnest(%s::uuid[], %s::text[], %s::date[]) WITH ORDINALITY
       AS n (agreement_id, component, month, place)
  JOIN usage_bundlecounter c USING (agreement_id, component, month) ORDER BY n.place
"""


def lock_bundles(*, bundles: Sequence[Bundle]) -> list[int]:
    """Seconds used of each bundle, locked until the transaction ends. bundles: without doubles, in their own order."""
    assert_in_transaction()
    ordered = sorted(bundles, key=lambda bundle: (bundle[0].bytes, bundle[1].encode(), bundle[2]))
    new = [BundleCounter(agreement_id=one, component=component, month=month) for one, component, month in ordered]
    BundleCounter.objects.bulk_create(new, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(column) for column in zip(*ordered, strict=True)])
        cursor.fetchall()
        cursor.execute(_USED, [list(column) for column in zip(*bundles, strict=True)])
        return [int(used) for (used,) in cursor.fetchall()]


def take_of_bundles(*, taken: Sequence[tuple[UUID, str, date, int]]) -> None:
    """Add the seconds to counters that lock_bundles locked."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [list(column) for column in zip(*taken, strict=True)])
