"""What must be true of the books."""

from rachun.apps.base.audit import find_broken_link
from rachun.apps.base.invariants import Invariant


def broken_links() -> list[tuple[str, int, str]]:
    broken = find_broken_link()
    return [] if broken is None else [(broken.stream, broken.sequence, broken.reason)]


INVARIANTS = (
    Invariant(
        code="I-01",
        sentence="Every posting has a positive amount and two accounts of its own legal entity.",
        sql="""
        SELECT p.entry_id, p.line_no, p.amount_minor FROM ledger_posting p
        JOIN ledger_entry e ON e.id = p.entry_id
        JOIN ledger_ledgeraccount d ON d.id = p.debit_account_id
        JOIN ledger_ledgeraccount c ON c.id = p.credit_account_id
        WHERE p.amount_minor <= 0 OR d.id = c.id
           OR d.legal_entity_id <> e.legal_entity_id OR c.legal_entity_id <> e.legal_entity_id
        """,
    ),
    Invariant(
        code="I-01",
        sentence="Every entry has postings. (Those of bills: see I-02.)",
        sql="""
        SELECT e.id, e.source_kind, e.source_id FROM ledger_entry e
        WHERE NOT EXISTS (SELECT FROM ledger_posting p WHERE p.entry_id = e.id)
          AND e.source_kind <> 'BILL'
        """,
    ),
    Invariant(
        code="I-03",
        sentence="An open item is a side of RECEIVABLE, or of ADVANCE when it holds money, in its own currency.",
        sql="""
        SELECT p.entry_id, p.line_no, i.id FROM ledger_posting p
        JOIN ledger_openitem i ON i.id = p.debit_item_id JOIN ledger_ledgeraccount a ON a.id = p.debit_account_id
        WHERE p.currency <> i.currency
           OR a.posting_code <> CASE i.debt_kind WHEN 'ADVANCE' THEN 'ADVANCE' ELSE 'RECEIVABLE' END
        UNION ALL
        SELECT p.entry_id, p.line_no, i.id FROM ledger_posting p
        JOIN ledger_openitem i ON i.id = p.credit_item_id JOIN ledger_ledgeraccount a ON a.id = p.credit_account_id
        WHERE p.currency <> i.currency
           OR a.posting_code <> CASE i.debt_kind WHEN 'ADVANCE' THEN 'ADVANCE' ELSE 'RECEIVABLE' END
        """,
    ),
    Invariant(
        code="I-03",
        sentence="No payment takes an item past zero: a debt is never overpaid, an advance never overdrawn.",
        sql="""
        WITH moves AS (
            SELECT debit_item_id AS item_id, entry_id, amount_minor AS amount FROM ledger_posting
            WHERE debit_item_id IS NOT NULL
            UNION ALL
            SELECT credit_item_id, entry_id, -amount_minor FROM ledger_posting WHERE credit_item_id IS NOT NULL)
        SELECT i.id, i.debt_kind, sum(m.amount) FROM moves m
        JOIN ledger_openitem i ON i.id = m.item_id
        JOIN ledger_entry e ON e.id = m.entry_id
        GROUP BY i.id
        HAVING (i.debt_kind = 'ADVANCE' AND sum(m.amount) > 0)
            OR (i.debt_kind <> 'ADVANCE' AND sum(m.amount) < 0
                AND sum(m.amount) < coalesce(sum(m.amount) FILTER (WHERE e.source_kind = 'BILL'), 0))
            OR (i.debt_kind <> 'ADVANCE' AND sum(m.amount) < 0
                AND coalesce(sum(m.amount) FILTER (WHERE e.source_kind = 'BILL'), 0) > 0)
        """,
    ),
    Invariant(
        code="I-13",
        sentence="A closed period took no entry after it was closed.",
        sql="""
        SELECT e.id, e.area, e.accounting_date, e.recorded_at FROM ledger_entry e
        JOIN ledger_accountingperiod p ON p.legal_entity_id = e.legal_entity_id AND p.area = e.area
             AND p.month = date_trunc('month', e.accounting_date)::date
        WHERE p.state = 'CLOSED' AND e.recorded_at > p.changed_at
        """,
    ),
    Invariant(code="I-20", sentence="The chain of the audit is unbroken.", rows=broken_links),
    Invariant(
        code="I-20",
        sentence="Every change of a period has an audit row.",
        sql="""
        SELECT p.id, p.area, p.month, p.state FROM ledger_accountingperiod p
        WHERE NOT EXISTS (SELECT FROM base_auditrow a
                          WHERE a.object_kind = 'accounting_period' AND a.object_id = p.id::text
                            AND a.after ->> 'state' = p.state)
        """,
    ),
)
