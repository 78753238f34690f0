"""What must be true of usage."""

from rachun.apps.base.invariants import Invariant

INVARIANTS = (
    Invariant(
        code="I-04",
        sentence="Every record of a batch is kept once under its own key; a file's records add up.",
        sql="""
        SELECT b.id, b.record_count, b.added_count, b.error_count, coalesce(r.records, 0), coalesce(k.keys, 0)
        FROM usage_usagebatch b
        LEFT JOIN (SELECT load_key, count(*) AS records FROM usage_usagerecord GROUP BY 1) r ON r.load_key = b.id
        LEFT JOIN (SELECT load_key, count(*) AS keys FROM usage_usagekey GROUP BY 1) k ON k.load_key = b.id
        WHERE b.state <> 'LOADED' OR b.added_count <> coalesce(r.records, 0) OR b.added_count <> coalesce(k.keys, 0)
           OR b.added_count + b.error_count > b.record_count
        """,
    ),
    Invariant(
        code="I-04",
        sentence="A record is of a source that there is, and of that of its batch.",
        sql="""
        SELECT r.load_key, r.record_no, r.source_id, b.source_id FROM usage_usagerecord r
        LEFT JOIN usage_usagesource s ON s.id = r.source_id LEFT JOIN usage_usagebatch b ON b.id = r.load_key
        WHERE s.id IS NULL OR b.source_id <> r.source_id
        """,
    ),
    Invariant(
        code="I-04",
        sentence="A record is rated, billed by one bill, or waits with a reason.",
        sql="""
        SELECT load_key, record_no, state, reason, bill_id FROM usage_usagerecord
        WHERE state NOT IN ('RATED', 'UNBILLABLE', 'SUSPENDED', 'BILLED')
           OR (state IN ('SUSPENDED', 'UNBILLABLE')) <> (reason <> '')
           OR (state = 'BILLED') <> (bill_id IS NOT NULL)
           OR (state IN ('RATED', 'BILLED') AND agreement_id IS NULL)
        """,
    ),
    Invariant(
        code="I-05",
        sentence="No rate is never a price of zero: a priced call names its prefix, another has no price.",
        sql="""
        SELECT load_key, record_no, state, prefix, amount_micro FROM usage_usagerecord
        WHERE (kind = 'CALLS' AND state IN ('RATED', 'BILLED')
               AND (prefix = '' OR amount_micro IS NULL OR component = ''))
           OR (state IN ('SUSPENDED', 'UNBILLABLE') AND amount_micro IS NOT NULL)
        """,
    ),
)
