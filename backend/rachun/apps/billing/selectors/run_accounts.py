"""Which accounts a run bills."""

from uuid import UUID

from django.db import connection

from rachun.apps.billing.models import BillRun

SERVED = """
SELECT a.id
FROM customers_account a
WHERE a.legal_entity_id = %(entity)s AND (%(branch)s::uuid IS NULL OR a.branch_id = %(branch)s)
  AND (EXISTS (
        SELECT FROM agreements_serviceagreement g
        JOIN agreements_serviceterm t ON t.agreement_id = g.id
        WHERE g.account_id = a.id AND t.valid_from < %(period_to)s
          AND (t.valid_to IS NULL OR t.valid_to > %(period_from)s)
          AND t.recorded_at <= %(known)s AND (t.superseded_at IS NULL OR t.superseded_at > %(known)s))
    OR EXISTS (
        SELECT FROM agreements_serviceagreement g
        JOIN usage_usagerecord u ON u.agreement_id = g.id
        WHERE g.account_id = a.id AND u.state = 'RATED' AND u.usage_date < %(period_to)s))
"""
UNBILLED = """
  AND NOT EXISTS (
        SELECT FROM billing_bill b
        WHERE b.account_id = a.id AND b.period_from = %(period_from)s AND b.period_to = %(period_to)s)
"""
ORDER = " ORDER BY a.number"


def list_run_accounts(*, run: BillRun) -> list[UUID]:
    """Accounts served in the period or with usage that waits for a bill, by account number.

    A supplementary run takes those of them that no bill of the period has reached: parked, or new since.
    """
    statement = SERVED + (UNBILLED if run.kind == BillRun.Kind.SUPPLEMENTARY else "") + ORDER
    parameters = {
        "entity": run.legal_entity_id,
        "branch": run.branch_id,
        "period_from": run.period_from,
        "period_to": run.period_to,
        "known": run.known_until,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [account_id for (account_id,) in cursor.fetchall()]
