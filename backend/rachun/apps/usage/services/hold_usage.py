"""What a calculation prices is held in the same statement, so that its bill takes exactly that.

Note [Held usage]
A record is known since `recorded_at`, but others see it only when its transaction ends, and what is stored may be
priced anew. So no cut-off tells afterwards what a calculation saw. It keeps the keys of what it priced and a digest of
it; the bill takes these records, as they were, or is refused. Whatever came beside them waits for the next bill.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.columns import listed
from rachun.apps.base.errors import Conflict
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import HeldUsage, SealedHolder, UsageSource
from rachun.apps.usage.selectors.billable import BillableUsage, call_days, delivered
from rachun.apps.usage.selectors.held_usage import DIGEST, HELD
from rachun.values.quantity import INT64_MAX

_HOLD = f"""
WITH r AS MATERIALIZED (
    SELECT load_key, record_no, agreement_id, kind, component, destination, item, usage_date, billed_s, amount_micro,
           covered_s, quantity_micro
    FROM usage_usagerecord
    WHERE agreement_id = ANY(string_to_array(%(agreements)s, ',')::uuid[]) AND state = 'RATED'
      AND usage_date < %(before)s AND recorded_at <= %(known)s),
held AS (
    INSERT INTO usage_heldusage (holder_id, agreement_id, load_keys, record_nos, record_count, digest)
    SELECT %(holder)s, agreement_id, array_agg(load_key), array_agg(record_no), count(*), {DIGEST}
    FROM r GROUP BY agreement_id)
SELECT 'CALLS', agreement_id::text, component, destination, usage_date, sum(billed_s)::bigint, count(*),
       least(sum(amount_micro), {INT64_MAX})::bigint, coalesce(sum(covered_s), 0)::bigint
FROM r WHERE kind = 'CALLS' GROUP BY 2, 3, 4, 5
UNION ALL
SELECT 'DELIVERIES', agreement_id::text, load_key::text, item, usage_date, record_no, quantity_micro, NULL, NULL
FROM r WHERE kind = 'DELIVERIES'
"""  # noqa: S608 -- constants
_MARK = f"""
WITH held AS ({HELD}),
r AS (
    UPDATE usage_usagerecord u SET state = 'BILLED', bill_id = b.bill_id
    FROM held h JOIN unnest(%(agreements)s::uuid[], %(bills)s::uuid[]) AS b (agreement_id, bill_id) USING (agreement_id)
    WHERE u.agreement_id = h.agreement_id AND u.load_key = h.load_key AND u.record_no = h.record_no
      AND u.state = 'RATED'
    RETURNING u.*),
marked AS (SELECT agreement_id, count(*) AS records, {DIGEST} AS digest FROM r GROUP BY agreement_id)
SELECT h.agreement_id, coalesce(m.records, 0), m.digest IS NOT DISTINCT FROM h.digest
FROM usage_heldusage h LEFT JOIN marked m USING (agreement_id)
WHERE h.holder_id = ANY(%(holders)s) AND h.agreement_id = ANY(%(agreements)s)
"""  # noqa: S608 -- constants


class UsageChanged(Conflict):
    code = "usage_changed"
    title = _("Usage that the bill was calculated from was changed or billed elsewhere since. Calculate again.")


def hold_usage(*, holder_id: UUID, agreement_ids: pl.Series, before: date, known_until: datetime) -> BillableUsage:
    """Rated usage of local days before `before` that no bill holds, held for the holder. Note [Held usage]

    agreement_ids: as texts. Asked once per holder and agreement; release_usage lets go.
    """
    assert_in_transaction()
    asked: dict[str, Any] = {
        "holder": holder_id,
        "agreements": listed(agreement_ids),
        "before": before,
        "known": known_until,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, asked)
        rows = cursor.fetchall()
    calls = [row[1:] for row in rows if row[0] == UsageSource.Kind.CALLS]
    deliveries = [row[1:7] for row in rows if row[0] == UsageSource.Kind.DELIVERIES]
    ordered = [(agreement, key, number, item, on, much) for agreement, key, item, on, number, much in deliveries]
    return BillableUsage(calls=call_days(calls), deliveries=delivered(ordered))


def mark_billed(*, holder_id: UUID, bill_ids_by_agreement: Mapping[UUID, UUID]) -> int:
    """Move what is held of these agreements to BILLED under their bills; return how many records.

    A building block of issuing; raises UsageChanged with the agreements whose usage is not what was priced.
    """
    assert_in_transaction()
    agreements, bills = list(bill_ids_by_agreement), list(bill_ids_by_agreement.values())
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"holders": [holder_id], "agreements": agreements, "bills": bills})
        rows = cursor.fetchall()
    if changed := [agreement for agreement, _records, is_same in rows if not is_same]:
        raise UsageChanged(agreement_ids=sorted(map(str, changed)))
    return sum(records for _agreement, records, _is_same in rows)


def release_usage(*, holder_ids: Collection[UUID]) -> None:
    """Let go of what the holders hold: it is billed, or its calculation is thrown away."""
    assert_in_transaction()
    HeldUsage.objects.filter(holder_id__in=holder_ids).delete()
    SealedHolder.objects.filter(holder_id__in=holder_ids).delete()
