"""Accounts whose inputs changed after the calculation: their drafts no longer say what is true."""

from uuid import UUID

from django.db import connection

from rachun.apps.billing.models import BillRun

CHANGED = """
WITH scope AS (SELECT DISTINCT unnest(account_ids) AS account_id FROM billing_billrunchunk WHERE run_id = %(run)s),
owned AS (SELECT g.id, g.account_id FROM agreements_serviceagreement g JOIN scope s ON s.account_id = g.account_id),
changed AS (
    SELECT agreement_id FROM agreements_serviceterm
    WHERE valid_from < %(before)s AND (recorded_at > %(known)s OR superseded_at > %(known)s)
    UNION
    SELECT agreement_id FROM agreements_tariffassignment
    WHERE valid_from < %(before)s AND (recorded_at > %(known)s OR superseded_at > %(known)s)
    UNION
    SELECT agreement_id FROM agreements_agreementattribute
    WHERE valid_from < %(before)s AND (recorded_at > %(known)s OR superseded_at > %(known)s)
    UNION
    SELECT agreement_id FROM metering_consumption
    WHERE valid_from < %(before)s AND rule_id IS NULL AND (recorded_at > %(known)s OR superseded_at > %(known)s)
    UNION
    SELECT a.agreement_id FROM agreements_tariffassignment a
    JOIN catalog_tariffversion v ON v.plan_id = a.plan_id
    WHERE a.superseded_at IS NULL AND a.valid_from < %(before)s AND v.valid_from < %(before)s
      AND (v.recorded_at > %(known)s OR v.superseded_at > %(known)s)
    UNION
    SELECT t.agreement_id FROM metering_reading r
    JOIN metering_register k ON k.id = r.register_id
    JOIN metering_installation i ON i.meter_id = k.meter_id AND i.superseded_at IS NULL
    JOIN agreements_serviceterm t ON t.service_point_id = i.service_point_id AND t.superseded_at IS NULL
    WHERE r.boundary_date <= %(before)s AND (r.recorded_at > %(known)s OR r.superseded_at > %(known)s)
    UNION
    SELECT t.agreement_id FROM metering_intervalday d
    JOIN metering_register k ON k.id = d.register_id
    JOIN metering_installation i ON i.meter_id = k.meter_id AND i.superseded_at IS NULL
    JOIN agreements_serviceterm t ON t.service_point_id = i.service_point_id AND t.superseded_at IS NULL
    WHERE d.day < %(before)s AND (d.recorded_at > %(known)s OR d.superseded_at > %(known)s)
    UNION
    SELECT t.agreement_id FROM metering_installation i
    JOIN agreements_serviceterm t ON t.service_point_id = i.service_point_id AND t.superseded_at IS NULL
    WHERE i.valid_from < %(before)s AND (i.recorded_at > %(known)s OR i.superseded_at > %(known)s)
    UNION
    SELECT o.id FROM owned o WHERE EXISTS (
        SELECT FROM catalog_owntaxrate r
        WHERE r.legal_entity_id = (SELECT legal_entity_id FROM billing_billrun WHERE id = %(run)s)
          AND r.valid_from < %(before)s AND (r.recorded_at > %(known)s OR r.superseded_at > %(known)s))),
rules AS (
    SELECT c.id, c.main_point_id, c.recorded_at > %(known)s OR c.superseded_at > %(known)s AS is_new
    FROM metering_commonmeter c
    WHERE c.valid_from < %(before)s AND (c.superseded_at IS NULL OR c.superseded_at > %(known)s)),
behind AS (
    SELECT id, main_point_id AS service_point_id FROM rules
    UNION SELECT m.common_meter_id, m.service_point_id
    FROM metering_commonmetermember m JOIN rules ON rules.id = m.common_meter_id),
stirred AS (
    SELECT id FROM rules WHERE is_new
    UNION
    SELECT b.id FROM metering_reading r
    JOIN metering_register k ON k.id = r.register_id
    JOIN metering_installation i ON i.meter_id = k.meter_id AND i.superseded_at IS NULL
    JOIN behind b ON b.service_point_id = i.service_point_id
    WHERE r.boundary_date <= %(before)s AND (r.recorded_at > %(known)s OR r.superseded_at > %(known)s)
    UNION
    SELECT b.id FROM metering_installation i JOIN behind b ON b.service_point_id = i.service_point_id
    WHERE i.valid_from < %(before)s AND (i.recorded_at > %(known)s OR i.superseded_at > %(known)s)
    UNION
    SELECT b.id FROM agreements_serviceterm t JOIN behind b ON b.service_point_id = t.service_point_id
    WHERE t.valid_from < %(before)s AND (t.recorded_at > %(known)s OR t.superseded_at > %(known)s)
    UNION
    SELECT b.id FROM agreements_agreementattribute a
    JOIN agreements_serviceterm t ON t.agreement_id = a.agreement_id AND t.superseded_at IS NULL
    JOIN behind b ON b.service_point_id = t.service_point_id
    WHERE a.valid_from < %(before)s AND (a.recorded_at > %(known)s OR a.superseded_at > %(known)s)),
sharing AS (
    SELECT t.agreement_id FROM stirred
    JOIN metering_commonmetermember m ON m.common_meter_id = stirred.id AND m.is_sharing
    JOIN agreements_serviceterm t ON t.service_point_id = m.service_point_id AND t.superseded_at IS NULL)
SELECT DISTINCT o.account_id FROM owned o
JOIN (SELECT agreement_id FROM changed UNION SELECT agreement_id FROM sharing) c ON c.agreement_id = o.id ORDER BY 1
"""


def list_changed_accounts(*, run: BillRun) -> list[UUID]:
    """Of the run's accounts, those with a dated fact, tariff or reading of the period recorded after the cut-off.

    Behind a common meter also those whose neighbours have one.

    Usage that arrives later changes nothing here: it waits for the next bill.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"run": run.id, "known": run.known_until, "before": run.period_to})
        return [account_id for (account_id,) in cursor.fetchall()]
