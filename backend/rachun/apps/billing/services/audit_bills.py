"""Self-audit: derive issued bills again from raw inputs and hold them against the stored charges and the ledger."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from prometheus_client import Counter as Metric

from rachun.apps.base.audit import record_audit
from rachun.apps.billing.models import Bill, BillRun, Charge
from rachun.apps.billing.selectors.audit_sample import list_audit_sample
from rachun.apps.billing.selectors.chunk_inputs import ChunkInputs, get_inputs_again
from rachun.apps.billing.services.calculate_chunk import billable
from rachun.apps.rating.services import rerate_calls
from rachun.engine.billing.pipeline import price

logger = structlog.get_logger(__name__)
BILLS = Metric("rachun_self_audit_bills_total", "Issued bills derived again.")
DIFFERENCES = Metric("rachun_self_audit_differences_total", "Differences that the self-audit found.")
SHOWN_MAX = 100
COMPARED = (
    "component",
    "register",
    "block_no",
    "label",
    "service_from",
    "service_to",
    "quantity_micro",
    "unit_price_e8",
    "net_minor",
    "tax_rate_micro",
    "tax_minor",
    "gross_minor",
    "posting_code",
)
POSTED = """
SELECT e.source_id, a.posting_code, sum(a.amount_minor)::bigint
FROM ledger_entry e
JOIN ledger_posting p ON p.entry_id = e.id
CROSS JOIN LATERAL (
    SELECT d.posting_code, p.amount_minor FROM ledger_ledgeraccount d WHERE d.id = p.debit_account_id
    UNION ALL
    SELECT c.posting_code, -p.amount_minor FROM ledger_ledgeraccount c WHERE c.id = p.credit_account_id) a
WHERE e.source_kind = 'BILL' AND e.source_id = ANY(%s)
GROUP BY 1, 2 HAVING sum(a.amount_minor) <> 0
"""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """line_no: 0 is the bill as a whole, and its postings. stored, derived: as text."""

    bill_id: str
    number: str
    line_no: int
    what: str
    stored: str
    derived: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfAudit:
    bills: int
    differences: Sequence[Difference]


def audit_bills(*, random_count: int, risky_count: int, seed: str) -> SelfAudit:
    """Derive the sample again and keep one audit row of the outcome. A difference of one cent is logged as an error."""
    sample = list_audit_sample(random_count=random_count, risky_count=risky_count, seed=seed)
    by_run: Mapping[UUID, list[Bill]] = defaultdict(list)
    for bill in Bill.objects.filter(id__in=sample).select_related("run__legal_entity").order_by("run_id", "id"):
        by_run[bill.run_id].append(bill)
    found = [one for bills in by_run.values() for one in differences_of(run=bills[0].run, bills=bills)]
    BILLS.inc(len(sample))
    DIFFERENCES.inc(len(found))
    for one in found:
        logger.error("self_audit_difference", **asdict(one))
    with transaction.atomic():
        record_audit(
            operation="auditBills",
            object_kind="self_audit",
            object_id=seed,
            after={"bills": len(sample), "differences": [asdict(one) for one in found[:SHOWN_MAX]]},
        )
    return SelfAudit(bills=len(sample), differences=found)


def differences_of(*, run: BillRun, bills: Sequence[Bill]) -> list[Difference]:
    """bills: of one issued run. Reads only; equal books give an empty list."""
    inputs = get_inputs_again(
        run=run, account_ids=[bill.account_id for bill in bills], bill_ids=[bill.id for bill in bills]
    )
    derived = derived_lines(inputs)
    posted = postings_of([bill.id for bill in bills])
    found: list[Difference] = []
    for bill in bills:
        lines = derived.get(bill.account_id, {})
        found += compare_lines(bill=bill, derived=lines)
        found += compare_whole(bill=bill, derived=lines, posted=posted.get(bill.id, {}))
    return [*found, *compare_calls(bills)]


def compare_calls(bills: Sequence[Bill]) -> Iterator[Difference]:
    """The calls that the bills hold, guided and rated again from their raw lines."""
    by_id = {bill.id: bill for bill in bills}
    for call in rerate_calls(bill_ids=list(by_id)):
        place = f"call {call.load_key}/{call.record_no}"
        yield difference(
            by_id[call.bill_id],
            line_no=0,
            what=f"call:{call.what}",
            stored=f"{place}: {call.stored}",
            derived=f"{place}: {call.derived}",
        )


def derived_lines(inputs: ChunkInputs) -> dict[UUID, dict[int, Row]]:
    """What the engine makes of the raw inputs now: account → line number → the columns of its charge."""
    charges, _ = billable(price(inputs.snapshot), inputs=inputs)
    found: dict[UUID, dict[int, Row]] = defaultdict(dict)
    for row in charges.iter_rows(named=True):
        told = {name: "" if row[name] is None and name in ("register", "label") else row[name] for name in COMPARED}
        told["version_id"] = inputs.frames.version_ids[row["version_ix"]]
        told["agreement_id"] = UUID(inputs.frames.agreement_keys[row["agreement_ix"]])
        found[UUID(inputs.frames.account_keys[row["account_ix"]])][row["line_ix"] + 1] = told
    return found


def compare_lines(*, bill: Bill, derived: Mapping[int, Row]) -> Iterator[Difference]:
    names = (*COMPARED, "version_id", "agreement_id")
    charges = Charge.objects.filter(load_key=bill.run_id, bill_id=bill.id).order_by("line_no")
    stored = {row["line_no"]: row for row in charges.values("line_no", *names)}
    for line_no in sorted({*stored, *derived}):
        if line_no not in stored or line_no not in derived:
            both = ["a line" if line_no in side else "no line" for side in (stored, derived)]
            yield difference(bill, line_no=line_no, what="line", stored=both[0], derived=both[1])
            continue
        for name in names:
            here, there = stored[line_no][name], derived[line_no][name]
            if here != there:
                yield difference(bill, line_no=line_no, what=name, stored=here, derived=there)


def compare_whole(*, bill: Bill, derived: Mapping[int, Row], posted: Mapping[str, int]) -> Iterator[Difference]:
    """The bill's own totals, and what its entry moved on each account of the books."""
    totals: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for line in derived.values():
        for name in ("net_minor", "tax_minor", "gross_minor"):
            totals[name] += line[name]
        expected["RECEIVABLE"] += line["gross_minor"]
        expected["VAT_OUTPUT"] -= line["tax_minor"]
        expected[line["posting_code"]] -= line["net_minor"]
    for name in ("net_minor", "tax_minor", "gross_minor"):
        if getattr(bill, name) != totals[name]:
            yield difference(bill, line_no=0, what=name, stored=getattr(bill, name), derived=totals[name])
    for code in sorted({*posted, *expected}):
        if posted.get(code, 0) != expected[code]:
            yield difference(
                bill, line_no=0, what=f"posting:{code}", stored=posted.get(code, 0), derived=expected[code]
            )


def postings_of(bill_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Bill → posting code → debits less credits."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(POSTED, [list(bill_ids)])
        for bill_id, code, minor in cursor.fetchall():
            found[bill_id][code] = minor
    return found


def difference(bill: Bill, *, line_no: int, what: str, stored: object, derived: object) -> Difference:
    return Difference(
        bill_id=str(bill.id), number=bill.number, line_no=line_no, what=what, stored=str(stored), derived=str(derived)
    )
