"""Job A: flat subscriptions of a month → issued, numbered, posted bills."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from django.core.management import call_command
from django.db.models import Count, Sum
from rachun.apps.billing.models import Bill, BillRun, Charge
from rachun.apps.identity.models import Branch

from tests.bench.copying import bare_copy_seconds
from tests.bench.customers import Subscription, add_customers, make_neutral_seller, make_plan, tax_category
from tests.bench.data import PeerData, peer_data
from tests.bench.figures import Figure, figure
from tests.bench.months import BilledMonth, Month, is_once
from tests.bench.place import Place

N_DEFAULT = 1_000
MARCH = Month(start=date(2026, 3, 1), end=date(2026, 4, 1), known=datetime(2026, 4, 1, 8, tzinfo=UTC))


def run(*, place: Place, n: int, data: Path | None) -> Figure:
    peer = peer_data(folder=place.folder / "data", customers=n, calls=0, given=data)
    branch = prepare(peer)
    month = BilledMonth(server_pid=place.server_pid, period=MARCH)
    billed = month.bill(branch)
    is_exact = are_totals_exact(expected=peer.expected("subscription_run"), run=billed) and is_once(
        branch=branch, billed=billed, month=month
    )
    call_command("check_invariants")  # exits with 1 when it finds something
    bare_s = bare_copy_seconds(place=place, tables={"billing_charge": billed.id, "ledger_posting": billed.id})
    bills = Bill.objects.filter(run_id=billed.id).count()
    found = figure(
        job="A",
        n=bills,
        ok=is_exact,
        spent=month.spent,
        against="bare COPY of the same charges and postings into tables without keys",
        limit_rate=bills / bare_s,
    )
    return replace(found, peak_mib=month.peak_mib)


def prepare(peer: PeerData) -> Branch:
    branch = make_neutral_seller()
    plans = {
        row["tariff_id"]: make_plan(
            branch=branch,
            service=row["service"].upper(),
            code=f"T{row['tariff_id']}",
            components=[
                {
                    "code": "month",
                    "kind": "fixed",
                    "price": row["net_price"],
                    "tax_category": tax_category(row["tax_percent"]),
                    "posting_code": "REVENUE_INTERNET",
                }
            ],
        )
        for row in peer.rows("tariffs")
    }
    sold = [
        Subscription(customer=int(row["customer_id"]), plan=plans[row["tariff_id"]])
        for row in peer.rows("subscriptions")
    ]
    add_customers(branch=branch, count=max(one.customer for one in sold), subscriptions=sold)
    return branch


def are_totals_exact(*, expected: dict[str, str], run: BillRun) -> bool:
    """expected: invoices, lines, net, tax and gross of the generator."""
    lines = Charge.objects.filter(load_key=run.id).aggregate(
        count=Count("*"), net=Sum("net_minor"), tax=Sum("tax_minor")
    )
    bills = Bill.objects.filter(run_id=run.id).aggregate(count=Count("*"), gross=Sum("gross_minor"))
    told = [Decimal(amount).scaleb(-2) for amount in (lines["net"], lines["tax"], bills["gross"])]
    return (
        run.state == BillRun.State.ISSUED
        and (bills["count"], lines["count"]) == (expected["invoices"], expected["lines"])
        and told == [Decimal(expected[name]) for name in ("net", "tax", "gross")]
    )
