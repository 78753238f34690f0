"""What must be true of bills and their runs."""

from rachun.apps.base.invariants import Invariant

ISSUED = "(SELECT id FROM billing_billrun WHERE state = 'ISSUED')"
INVARIANTS = (
    Invariant(
        code="I-02",
        sentence="A bill's totals are the sums of its charges.",
        sql=f"""
        SELECT b.id, b.number, b.gross_minor, sum(c.gross_minor) FROM billing_bill b
        LEFT JOIN billing_charge c ON c.load_key = b.run_id AND c.bill_id = b.id
        WHERE b.run_id IN {ISSUED}
        GROUP BY b.id
        HAVING sum(c.net_minor) IS DISTINCT FROM b.net_minor OR sum(c.tax_minor) IS DISTINCT FROM b.tax_minor
            OR sum(c.gross_minor) IS DISTINCT FROM b.gross_minor OR count(c.bill_id) <> b.line_count
        """,  # noqa: S608 -- a constant of this file
    ),
    Invariant(
        code="I-02",
        sentence="A bill's gross amount is what its entry made the account owe, item by item.",
        sql=f"""
        WITH posted AS (
            SELECT e.source_id AS bill_id,
                   sum(CASE WHEN p.debit_item_id IS NOT NULL THEN p.amount_minor
                            WHEN p.credit_item_id IS NOT NULL THEN -p.amount_minor ELSE 0 END) AS gross
            FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
            WHERE e.source_kind = 'BILL' GROUP BY e.source_id)
        SELECT b.id, b.number, b.gross_minor, coalesce(p.gross, 0) FROM billing_bill b
        LEFT JOIN posted p ON p.bill_id = b.id
        WHERE b.run_id IN {ISSUED} AND b.gross_minor <> coalesce(p.gross, 0)
        """,  # noqa: S608 -- as above
    ),
    Invariant(
        code="I-08",
        sentence="No account has two bills of regular or supplementary runs for one period.",
        sql="""
        SELECT b.account_id, b.period_from, count(*) FROM billing_bill b
        JOIN billing_billrun r ON r.id = b.run_id AND r.kind <> 'FINAL'
        GROUP BY b.account_id, b.period_from, b.period_to HAVING count(*) > 1
        """,
    ),
    Invariant(
        code="I-12",
        sentence="The numbers of bills have no gap and no double in their series.",
        sql="""
        SELECT s.id, s.prefix, v.value, count(b.id) FROM base_numberseries s
        CROSS JOIN LATERAL generate_series(1, s.next_value - 1) AS v (value)
        LEFT JOIN billing_bill b ON b.legal_entity_id = s.legal_entity_id AND b.branch_id = s.branch_id
             AND starts_with(b.number, s.prefix)
             AND substring(b.number FROM length(s.prefix) + 1 FOR greatest(s.digits, length(v.value::text)))
                 = lpad(v.value::text, greatest(s.digits, length(v.value::text)), '0')
        WHERE s.kind = 'BILL'
        GROUP BY s.id, v.value HAVING count(b.id) <> 1
        """,
    ),
    Invariant(
        code="I-12",
        sentence="Dates of bills never go back while their numbers go on.",
        sql="""
        SELECT id, number, document_date, before FROM (
            SELECT id, number, document_date,
                   lag(document_date) OVER (PARTITION BY legal_entity_id, branch_id, extract(year FROM document_date)
                                            ORDER BY number) AS before
            FROM billing_bill) b
        WHERE document_date < before
        """,
    ),
    Invariant(
        code="I-18",
        sentence="A charge is priced by the version of its service days, whenever the run was.",
        sql="""
        SELECT c.bill_id, c.line_no, c.service_from, v.valid_from FROM billing_charge c
        JOIN billing_billrun r ON r.id = c.load_key
        JOIN catalog_tariffversion v ON v.id = c.version_id
        WHERE c.service_from < v.valid_from OR EXISTS (
            SELECT FROM catalog_tariffversion later
            WHERE later.plan_id = v.plan_id AND later.valid_from > v.valid_from AND later.valid_from < c.service_to
              AND later.recorded_at <= r.known_until
              AND (later.superseded_at IS NULL OR later.superseded_at > r.known_until)
              AND c.kind IN ('fixed', 'per_attribute', 'metered')
              AND coalesce(c.inputs ->> 'proration', 'DAYS') = 'DAYS')
        """,
    ),
    Invariant(
        code="I-19",
        sentence="A line prorated by days charges exactly the days it names.",
        sql="""
        SELECT bill_id, line_no, service_from, service_to, inputs ->> 'days' FROM billing_charge
        WHERE kind IN ('fixed', 'per_attribute') AND inputs ->> 'proration' = 'DAYS'
          AND (inputs ->> 'days')::int <> service_to - service_from
        """,
    ),
    Invariant(
        code="I-20",
        sentence="Every approved, issued or cancelled run has the audit row of its state.",
        sql="""
        SELECT r.id, r.state FROM billing_billrun r
        WHERE r.state IN ('REVIEWED', 'ISSUING', 'ISSUED', 'CANCELLED') AND NOT EXISTS (
            SELECT FROM base_auditrow a
            WHERE a.object_kind = 'bill_run' AND a.object_id = r.id::text
              AND a.operation = CASE r.state WHEN 'REVIEWED' THEN 'approveBillRun'
                                             WHEN 'CANCELLED' THEN 'cancelBillRun' ELSE 'issueBillRun' END)
        """,
    ),
    Invariant(
        code="I-21",
        sentence="No day of a component is billed twice.",
        sql="""
        SELECT a.agreement_id, a.component, a.register, a.valid_from, b.valid_from FROM billing_billedinterval a
        JOIN billing_billedinterval b ON b.agreement_id = a.agreement_id AND b.component = a.component
             AND b.register = a.register AND b.id > a.id
             AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)
        WHERE a.released_at IS NULL AND b.released_at IS NULL
        """,
    ),
    Invariant(
        code="I-21",
        sentence="Every charge by days is held by a billed interval of its bill.",
        sql=f"""
        SELECT c.bill_id, c.line_no FROM billing_charge c
        WHERE c.load_key IN {ISSUED} AND c.kind IN ('fixed', 'per_attribute') AND NOT EXISTS (
            SELECT FROM billing_billedinterval i
            WHERE i.bill_id = c.bill_id AND i.agreement_id = c.agreement_id AND i.component = c.component
              AND i.valid_from <= c.service_from AND i.valid_to >= c.service_to)
        """,  # noqa: S608 -- as above
    ),
    Invariant(
        code="I-22",
        sentence="The latest control sheet of every issued run balances, and its charges are those in the books.",
        sql="""
        SELECT r.id, s.figures -> 'differences', s.figures -> 'charges' ->> 'gross_minor', c.gross
        FROM billing_billrun r
        LEFT JOIN LATERAL (SELECT figures, is_balanced FROM billing_controlsheet
                           WHERE run_id = r.id ORDER BY made_at DESC, id DESC LIMIT 1) s ON true
        LEFT JOIN LATERAL (SELECT coalesce(sum(gross_minor), 0) AS gross, count(*) AS lines
                           FROM billing_charge WHERE load_key = r.id) c ON true
        WHERE r.state = 'ISSUED' AND (s.is_balanced IS DISTINCT FROM true
              OR (s.figures -> 'charges' ->> 'gross_minor')::bigint <> c.gross
              OR (s.figures -> 'charges' ->> 'count')::bigint <> c.lines)
        """,
    ),
)
