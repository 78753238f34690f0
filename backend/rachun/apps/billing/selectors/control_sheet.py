"""What went into a run against what came out of it, counted from the tables and not from what a step remembers.

Other tables are joined and not asked with IN beside OR or in FILTER: such a list outgrows the memory of a hash at a
hundred thousand bills, and is then read anew for each row.
"""

from typing import Any

from django.db import connection
from psycopg import sql

from rachun.apps.base.partitions import open_load
from rachun.apps.billing.models import BillRun, BillRunChunk
from rachun.apps.usage.selectors.held_usage import HELD

AGREEMENTS = sql.SQL("""
WITH scope AS (SELECT DISTINCT unnest(account_ids) AS account_id FROM billing_billrunchunk WHERE run_id = %(run)s),
active AS (
    SELECT DISTINCT g.id, g.account_id FROM scope s
    JOIN agreements_serviceagreement g ON g.account_id = s.account_id
    JOIN agreements_serviceterm t ON t.agreement_id = g.id
    WHERE t.valid_from < %(period_to)s AND (t.valid_to IS NULL OR t.valid_to > %(period_from)s)
      AND t.recorded_at <= %(known)s AND (t.superseded_at IS NULL OR t.superseded_at > %(known)s)),
charged AS (SELECT DISTINCT agreement_id FROM {charges}),
parked AS (SELECT DISTINCT account_id FROM billing_parkedaccount WHERE run_id = %(run)s)
SELECT count(*), count(c.agreement_id), count(p.account_id)
FROM active a
LEFT JOIN charged c ON c.agreement_id = a.id
LEFT JOIN parked p ON p.account_id = a.account_id
""")
USAGE = f"""
WITH scope AS (SELECT DISTINCT unnest(account_ids) AS account_id FROM billing_billrunchunk WHERE run_id = %(run)s),
owned AS (SELECT g.id FROM agreements_serviceagreement g JOIN scope s ON s.account_id = g.account_id),
held AS ({HELD}),
seen AS (
    SELECT u.state, h.holder_id IS NOT NULL AS is_held FROM usage_usagerecord u
    LEFT JOIN held h ON h.load_key = u.load_key AND h.record_no = u.record_no
    LEFT JOIN billing_bill b ON b.id = u.bill_id AND b.run_id = %(run)s
    WHERE u.usage_date < %(period_to)s AND u.recorded_at <= %(known)s AND u.agreement_id IN (SELECT id FROM owned)
      AND (u.state <> 'BILLED' OR b.id IS NOT NULL))
SELECT count(*) FILTER (WHERE state IN ('RATED', 'BILLED')), count(*) FILTER (WHERE state = 'SUSPENDED'),
       count(*) FILTER (WHERE state IN ('RATED', 'BILLED') AND NOT is_held)
FROM seen
"""  # noqa: S608 -- a constant
CHARGES = sql.SQL("""
SELECT count(*), coalesce(sum(net_minor), 0)::bigint, coalesce(sum(tax_minor), 0)::bigint,
       coalesce(sum(gross_minor), 0)::bigint
FROM {table}
""")
BILLS = sql.SQL("""
SELECT count(*), coalesce(sum(net_minor), 0)::bigint, coalesce(sum(tax_minor), 0)::bigint,
       coalesce(sum(gross_minor), 0)::bigint, coalesce(sum(line_count), 0)::bigint
FROM {table} WHERE run_id = %(run)s
""")
POSTINGS = sql.SQL("""
SELECT coalesce(sum(CASE WHEN d.posting_code = 'RECEIVABLE' THEN p.amount_minor
                         WHEN c.posting_code = 'RECEIVABLE' THEN -p.amount_minor END), 0)::bigint,
       coalesce(sum(CASE WHEN c.posting_code = 'VAT_OUTPUT' THEN p.amount_minor
                         WHEN d.posting_code = 'VAT_OUTPUT' THEN -p.amount_minor END), 0)::bigint,
       coalesce(sum(CASE WHEN d.posting_code = 'BILLED' THEN p.amount_minor
                         WHEN c.posting_code = 'BILLED' THEN -p.amount_minor END), 0)::bigint
FROM {postings} p
JOIN ledger_ledgeraccount d ON d.id = p.debit_account_id
JOIN ledger_ledgeraccount c ON c.id = p.credit_account_id
""")


def count_run(*, run: BillRun) -> tuple[dict[str, Any], list[str]]:
    """The figures of the control sheet and the names of those that differ. Works before and after issuing."""
    table = open_load(parent="billing_charge", load_key=run.id)
    seen = tally(run)
    figures: dict[str, Any] = {
        "agreements": {**seen["agreements"], **count_agreements(run=run, table=table)},
        "usage": {**seen["usage"], **count_usage(run)},
        "charges": sums_of(CHARGES.format(table=sql.Identifier(table))),
        "calculated": seen["charges"],
        "drafts": sums_of_bills(table="billing_draftbill", run=run),
    }
    if run.state == BillRun.State.ISSUING:
        figures["bills"] = sums_of_bills(table="billing_bill", run=run)
        figures["postings"] = count_postings(run)
    return figures, differences(figures)


def tally(run: BillRun) -> dict[str, dict[str, int]]:
    """Sum what the chunks saw."""
    whole: dict[str, dict[str, int]] = {
        "agreements": dict.fromkeys(("active", "charged", "zero", "parked", "excluded"), 0),
        "usage": dict.fromkeys(("billed", "unbilled"), 0),
        "charges": dict.fromkeys(("count", "net_minor", "tax_minor", "gross_minor"), 0),
    }
    for tallies in BillRunChunk.objects.filter(run_id=run.id).values_list("tallies", flat=True):
        for group, totals in whole.items():
            for name, count in tallies.get(group, {}).items():
                totals[name] += count
    return whole


def count_agreements(*, run: BillRun, table: str) -> dict[str, int]:
    active, charged, parked = one_row(AGREEMENTS.format(charges=sql.Identifier(table)), run)
    return {"active": active, "charged": charged, "parked": parked}


def count_usage(run: BillRun) -> dict[str, int]:
    """late: known at the cut-off by its date, but not yet to be seen; it waits for the next bill. Note [Held usage]"""
    waiting, suspended, late = one_row(USAGE, run)
    return {"in": waiting + suspended, "suspended": suspended, "late": late}


def count_postings(run: BillRun) -> dict[str, int]:
    table = open_load(parent="ledger_posting", load_key=run.id)
    gross, tax, left = one_row(POSTINGS.format(postings=sql.Identifier(table)), run)
    return {"gross_minor": gross, "tax_minor": tax, "billed_left_minor": left}


def sums_of(statement: Any) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return dict(zip(("count", "net_minor", "tax_minor", "gross_minor"), cursor.fetchone(), strict=True))


def sums_of_bills(*, table: str, run: BillRun) -> dict[str, int]:
    names = ("count", "net_minor", "tax_minor", "gross_minor", "lines")
    return dict(zip(names, one_row(BILLS.format(table=sql.Identifier(table)), run), strict=True))


def one_row(statement: Any, run: BillRun) -> tuple[int, ...]:
    parameters: dict[str, Any] = {
        "run": run.id,
        "period_from": run.period_from,
        "period_to": run.period_to,
        "known": run.known_until,
        "holders": list(run.chunks.values_list("id", flat=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return tuple(cursor.fetchone())


def differences(figures: dict[str, Any]) -> list[str]:
    """Which equations of the sheet do not hold."""
    agreements, usage, charges = figures["agreements"], figures["usage"], figures["charges"]
    parts = sum(agreements[name] for name in ("charged", "zero", "parked", "excluded"))
    wrong = [] if agreements["active"] == parts else ["agreements"]
    if usage["in"] != sum(usage[name] for name in ("billed", "unbilled", "suspended", "late")):
        wrong.append("usage")
    if charges != figures["calculated"]:
        wrong.append("charges")
    money = ("net_minor", "tax_minor", "gross_minor")
    for name in ("drafts", "bills"):
        told = figures.get(name)
        if told is None:
            continue
        if told["lines"] != charges["count"] or any(told[key] != charges[key] for key in money):
            wrong.append(name)
    if (posted := figures.get("postings")) is not None and posted != {
        "gross_minor": charges["gross_minor"],
        "tax_minor": charges["tax_minor"],
        "billed_left_minor": 0,
    }:
        wrong.append("postings")
    return wrong
