"""What must be true of receipts."""

from rachun.apps.base.invariants import Invariant

INVARIANTS = (
    Invariant(
        code="I-02",
        sentence="A receipt's amount is what its entry posted.",
        sql="""
        SELECT r.id, r.number, r.amount_minor, sum(p.amount_minor) FROM payments_receipt r
        LEFT JOIN ledger_posting p ON p.entry_id = r.entry_id
        GROUP BY r.id HAVING sum(p.amount_minor) IS DISTINCT FROM r.amount_minor
        """,
    ),
    Invariant(
        code="I-12",
        sentence="The numbers of receipts have no gap and no double in their series.",
        sql="""
        SELECT s.id, s.prefix, v.value, count(r.id) FROM base_numberseries s
        CROSS JOIN LATERAL generate_series(1, s.next_value - 1) AS v (value)
        LEFT JOIN payments_receipt r ON r.legal_entity_id = s.legal_entity_id AND r.branch_id = s.branch_id
             AND starts_with(r.number, s.prefix)
             AND substring(r.number FROM length(s.prefix) + 1 FOR greatest(s.digits, length(v.value::text)))
                 = lpad(v.value::text, greatest(s.digits, length(v.value::text)), '0')
        WHERE s.kind = 'RECEIPT'
        GROUP BY s.id, v.value HAVING count(r.id) <> 1
        """,
    ),
    Invariant(
        code="I-16",
        sentence="A cash payment and its fiscal receipt agree: printed is taken, not printed is not, and once.",
        sql="""
        SELECT p.id, p.state, j.id, j.state, p.amount_minor, j.amount_minor, r.amount_minor
        FROM payments_cashpayment p
        LEFT JOIN devices_devicejob j ON j.id = p.job_id
        LEFT JOIN payments_receipt r ON r.id = p.receipt_id
        WHERE (j.state = 'DONE') IS DISTINCT FROM (p.state IN ('TAKEN', 'PRINTED')) AND j.id IS NOT NULL
           OR j.amount_minor <> p.amount_minor
           OR r.amount_minor <> p.amount_minor
           OR r.account_id <> p.account_id
        UNION ALL
        SELECT j.source_id, j.state, j.id, j.state, NULL, j.amount_minor, NULL
        FROM devices_devicejob j
        LEFT JOIN payments_cashpayment p ON p.job_id = j.id
        WHERE j.source_kind = 'CASH_PAYMENT' AND p.id IS NULL
        """,
    ),
    Invariant(
        code="I-16",
        sentence="A closed shift expected its float, what was moved, and what was taken.",
        sql="""
        SELECT s.id, s.number, s.expected_minor, s.float_minor, coalesce(m.moved, 0), coalesce(p.taken, 0)
        FROM payments_cashshift s
        LEFT JOIN (
            SELECT shift_id, sum(CASE kind WHEN 'IN' THEN amount_minor ELSE -amount_minor END)::bigint AS moved
            FROM payments_cashmovement WHERE state = 'DONE' AND kind IN ('IN', 'OUT') GROUP BY shift_id
        ) m ON m.shift_id = s.id
        LEFT JOIN (
            SELECT shift_id, sum(amount_minor)::bigint AS taken
            FROM payments_cashpayment WHERE state IN ('TAKEN', 'PRINTED') GROUP BY shift_id
        ) p ON p.shift_id = s.id
        WHERE s.state = 'CLOSED'
          AND s.expected_minor IS DISTINCT FROM s.float_minor + coalesce(m.moved, 0) + coalesce(p.taken, 0)
        """,
    ),
)
