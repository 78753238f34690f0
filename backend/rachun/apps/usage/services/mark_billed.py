"""Usage that a bill holds."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from rachun.apps.base.transactions import assert_in_transaction

_MARK = """
UPDATE usage_usagerecord r SET state = 'BILLED', bill_id = b.bill_id
  FROM unnest(%s::uuid[], %s::uuid[]) AS b (agreement_id, bill_id)
 WHERE r.agreement_id = b.agreement_id AND r.state = 'RATED' AND r.usage_date < %s AND r.recorded_at <= %s
"""


def mark_billed(*, bill_ids_by_agreement: Mapping[UUID, UUID], before: date, known_until: datetime) -> int:
    """Move RATED records to BILLED under their agreement's bill; return how many.

    A building block of issuing. The cut-offs must be those that list_billable_usage priced with, so exactly the priced
    records move. A second call finds nothing.
    """
    assert_in_transaction()
    agreements, bills = list(bill_ids_by_agreement), list(bill_ids_by_agreement.values())
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [agreements, bills, before, known_until])
        return int(cursor.rowcount)
