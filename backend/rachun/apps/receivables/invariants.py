"""What must be true of allocations."""

from rachun.apps.base.invariants import Invariant

INVARIANTS = (
    Invariant(
        code="I-03",
        sentence="What allocations say was settled is what the books credited to the item.",
        sql="""
        SELECT coalesce(a.entry_id, p.entry_id), coalesce(a.item_id, p.item_id), a.amount, p.amount
        FROM (SELECT entry_id, open_item_id AS item_id, sum(amount_minor) AS amount
              FROM receivables_allocation GROUP BY 1, 2) a
        FULL JOIN (SELECT p.entry_id, p.credit_item_id AS item_id, sum(p.amount_minor) AS amount
                   FROM ledger_posting p
                   JOIN ledger_entry e ON e.id = p.entry_id AND e.source_kind IN ('RECEIPT', 'ADVANCE_USE')
                   JOIN ledger_openitem i ON i.id = p.credit_item_id AND i.debt_kind <> 'ADVANCE'
                   GROUP BY 1, 2) p
               ON p.entry_id = a.entry_id AND p.item_id = a.item_id
        WHERE a.amount IS DISTINCT FROM p.amount
        """,
    ),
)
