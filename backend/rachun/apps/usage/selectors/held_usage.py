"""Usage that calculations hold, against what is stored now. Why it is held: Note [Held usage]."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import polars as pl
from django.db import connection

from rachun.apps.usage.models import HeldUsage

# Over everything that a bill says of records r: key, place on the bill, quantity, price.
DIGEST: Final = """
sum(hashtextextended(format('%%s %%s %%s %%s %%s %%s %%s %%s %%s %%s', r.load_key, r.record_no, r.component,
    r.destination, r.item, r.usage_date - DATE '2000-01-01', r.billed_s, r.covered_s, r.amount_micro, r.quantity_micro),
    0)::numeric)
"""
HELD: Final = """
SELECT h.holder_id, h.agreement_id, k.load_key, k.record_no
FROM usage_heldusage h CROSS JOIN LATERAL unnest(h.load_keys, h.record_nos) AS k (load_key, record_no)
WHERE h.holder_id = ANY(%(holders)s)
"""
_CHANGED = f"""
WITH held AS ({HELD}),
now AS (
    SELECT r.agreement_id, {DIGEST} AS digest FROM usage_usagerecord r
    JOIN held h ON h.agreement_id = r.agreement_id AND h.load_key = r.load_key AND h.record_no = r.record_no
    WHERE r.state = 'RATED' GROUP BY r.agreement_id)
SELECT h.agreement_id FROM usage_heldusage h LEFT JOIN now n USING (agreement_id)
WHERE h.holder_id = ANY(%(holders)s) AND n.digest IS DISTINCT FROM h.digest ORDER BY 1
"""  # noqa: S608 -- constants
_SEALED = """
SELECT k.load_key::text, k.record_no
FROM usage_heldusage h JOIN usage_sealedholder USING (holder_id)
CROSS JOIN LATERAL unnest(h.load_keys, h.record_nos) AS k (load_key, record_no)
WHERE h.agreement_id = ANY(%s)
"""


def list_held_agreements(*, holder_id: UUID) -> list[UUID]:
    """Agreements that the holder holds usage of."""
    held = HeldUsage.objects.filter(holder_id=holder_id).order_by("agreement_id")
    return list(held.values_list("agreement_id", flat=True))


def list_changed_usage(*, holder_ids: Sequence[UUID]) -> list[UUID]:
    """Agreements of which the holders hold a record that is no longer as it was priced, or is billed by now."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"holders": list(holder_ids)})
        return [agreement_id for (agreement_id,) in cursor.fetchall()]


def list_sealed_records(*, agreement_ids: Sequence[UUID]) -> pl.DataFrame:
    """load_key, record_no of the usage of these agreements whose bills are being issued. Note [Sealed usage]"""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED, [list(agreement_ids)])
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema={"load_key": pl.String(), "record_no": pl.Int64()}, orient="row").unique()
