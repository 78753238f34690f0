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
)
