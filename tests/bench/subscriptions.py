"""Job A: flat subscriptions of a month → issued, numbered, posted bills."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from django.db.models import Count, Sum
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BillRun, Charge
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.create_run import NewRun, create_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.identity.models import Branch

from tests.bench.copying import bare_copy_seconds
from tests.bench.customers import Subscription, add_customers, make_plan, make_seller
from tests.bench.data import PeerData, peer_data
from tests.bench.figures import Figure, figure, timed
from tests.bench.place import Place

N_DEFAULT = 1_000
PERIOD, DUE = (date(2026, 3, 1), date(2026, 4, 1)), date(2026, 4, 15)
NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
TAX_PERCENT = Decimal(20)  # the standard rate of the pack, on every line
CENT = Decimal("0.01")


def run(*, place: Place, n: int, data: Path | None) -> Figure:
    peer = peer_data(folder=place.folder / "data", customers=n, calls=0, given=data)
    branch = prepare(peer)
    runs: list[BillRun] = []
    spent = timed(lambda: runs.append(bill_month(branch)), server_pid=place.server_pid)
    [billed] = runs
    bare_s = bare_copy_seconds(place=place, tables={"billing_charge": billed.id, "ledger_posting": billed.id})
    bills = Bill.objects.filter(run_id=billed.id).count()
    return figure(
        job="A",
        n=bills,
        ok=are_totals_exact(peer=peer, run=billed),
        spent=spent,
        against="bare COPY of the same charges and postings into tables without keys",
        limit_rate=bills / bare_s,
    )


def prepare(peer: PeerData) -> Branch:
    branch = make_seller()
    plans = {
        row["tariff_id"]: make_plan(
            branch=branch,
            service=row["service"].upper(),
            code=f"T{row['tariff_id']}",
            component={
                "code": "month",
                "kind": "fixed",
                "price": row["net_price"],
                "posting_code": "REVENUE_INTERNET",
            },
        )
        for row in peer.rows("tariffs")
    }
    sold = [
        Subscription(customer=int(row["customer_id"]), plan=plans[row["tariff_id"]])
        for row in peer.rows("subscriptions")
    ]
    add_customers(branch=branch, count=max(one.customer for one in sold), subscriptions=sold)
    return branch


def bill_month(branch: Branch) -> BillRun:
    """All that an operator asks for, each job run in this process."""
    new = NewRun(
        legal_entity_id=branch.legal_entity_id,
        kind=BillRun.Kind.REGULAR,
        period_from=PERIOD[0],
        period_to=PERIOD[1],
        document_date=PERIOD[1],
        due_date=DUE,
        account_ids=(),
    )
    run = create_run(new=new, created_by=None, created_at=NOW)
    done(lambda: start_calculation(run_id=run.id, known_until=NOW))
    approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
    done(lambda: start_issue(run_id=run.id))
    run.refresh_from_db()
    return run


def done(ask: Callable[[], Job]) -> None:
    job = run_job_now(ask().id)
    assert job.state == Job.State.DONE, job.failure


def are_totals_exact(*, peer: PeerData, run: BillRun) -> bool:
    prices = {row["tariff_id"]: Decimal(row["net_price"]) for row in peer.rows("tariffs")}
    nets = [prices[row["tariff_id"]] for row in peer.rows("subscriptions")]
    tax = sum((net * TAX_PERCENT / 100).quantize(CENT, rounding=ROUND_HALF_UP) for net in nets)
    expected = peer.expected("subscription_run")
    lines = Charge.objects.filter(load_key=run.id).aggregate(
        count=Count("*"), net=Sum("net_minor"), tax=Sum("tax_minor")
    )
    bills = Bill.objects.filter(run_id=run.id).aggregate(count=Count("*"), gross=Sum("gross_minor"))
    return (
        run.state == BillRun.State.ISSUED
        and (bills["count"], lines["count"]) == (expected["invoices"], expected["lines"])
        and Decimal(lines["net"]).scaleb(-2) == Decimal(expected["net"])
        and Decimal(lines["tax"]).scaleb(-2) == tax
        and bills["gross"] == lines["net"] + lines["tax"]
    )
