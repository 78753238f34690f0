"""Which issued bills the self-audit derives again: some by chance, some because a mistake would be likely or dear."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

RANDOM = """
SELECT b.id FROM billing_bill b JOIN billing_billrun r ON r.id = b.run_id AND r.state = 'ISSUED'
ORDER BY md5(b.id::text || %(seed)s), b.id LIMIT %(count)s
"""
# The jump against the account's bill before, in parts of the larger one, then the size: what a person would look at.
RISKY = """
SELECT b.id FROM billing_bill b
JOIN billing_billrun r ON r.id = b.run_id AND r.state = 'ISSUED'
LEFT JOIN billing_draftbill d ON d.id = b.id
ORDER BY abs(b.gross_minor - coalesce(d.previous_gross_minor, 0))::numeric
         / greatest(abs(b.gross_minor), abs(coalesce(d.previous_gross_minor, 0)), 1) DESC,
         abs(b.gross_minor) DESC, b.id
LIMIT %(count)s
"""


def list_audit_sample(*, random_count: int, risky_count: int, seed: str) -> Sequence[UUID]:
    """Ids of bills, each once. The same seed over the same books gives the same sample."""
    with connection.cursor() as cursor:
        cursor.execute(RANDOM, {"seed": seed, "count": random_count})
        found = [bill_id for (bill_id,) in cursor.fetchall()]
        cursor.execute(RISKY, {"count": risky_count})
        found += [bill_id for (bill_id,) in cursor.fetchall()]
    return list(dict.fromkeys(found))
