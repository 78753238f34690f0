"""Job C1: one file of calls → committed, keyed, rated rows."""

import tempfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import Sum
from rachun.apps.base.files import keep_blocks
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.catalog.models import DestinationRate, DestinationTable
from rachun.apps.identity.models import Branch
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource

from tests.bench.call_limit import AGAINST, bare_load_seconds
from tests.bench.customers import (
    CURRENCY,
    LONG_AGO,
    OPENED,
    ROWS,
    ZONE,
    Subscription,
    add_customers,
    make_plan,
    make_seller,
)
from tests.bench.data import PeerData, peer_data
from tests.bench.figures import Figure, figure
from tests.bench.place import Place
from tests.bench.worker import run_apart

N_DEFAULT, CALLS_PER_CUSTOMER, CUSTOMERS_MAX = 100_000, 10, 100_000
BLOCK_BYTES = 1 << 20
CALLS = {"code": "calls", "kind": "traffic", "destination_table": "calls", "posting_code": "REVENUE_CALLS"}


def run(*, place: Place, n: int, data: Path | None) -> Figure:
    customers = min(max(n // CALLS_PER_CUSTOMER, 1), CUSTOMERS_MAX)
    peer = peer_data(folder=place.folder / "data", customers=customers, calls=n, given=data)
    source, sha256 = prepare(peer), kept_file(peer)
    job = load_job(source=source, sha256=sha256)
    ran = run_apart(job_id=job.id, server_pid=place.server_pid)
    batch = UsageBatch.objects.get()
    again = load_job(source=source, sha256=sha256)
    run_apart(job_id=again.id, server_pid=place.server_pid)
    is_exact = are_totals_exact(peer=peer, batch=batch) and changed_nothing(again)
    limit_s = bare_load_seconds(place=place, n=batch.record_count)
    found = figure(
        job="C1",
        n=batch.record_count,
        ok=is_exact,
        spent=ran.spent,
        against=AGAINST,
        limit_rate=batch.record_count / limit_s,
    )
    return replace(found, peak_mib=ran.peak_mib)


def prepare(peer: PeerData) -> UsageSource:
    branch = make_seller()
    plan = make_plan(branch=branch, service="PHONE", code="PHONE", components=[CALLS])
    load_deck(peer=peer, branch=branch)
    phones = {int(row["customer_id"]): row["phone"] for row in peer.rows("customers")}
    add_customers(
        branch=branch,
        count=len(phones),
        subscriptions=[Subscription(customer=n, plan=plan, phone=phone) for n, phone in phones.items()],
    )
    return UsageSource.objects.create(
        legal_entity=branch.legal_entity, code="PEER", kind="CALLS", format="calls:bgbilling", time_zone=ZONE
    )


def load_deck(*, peer: PeerData, branch: Branch) -> None:
    table = DestinationTable.objects.create(legal_entity=branch.legal_entity, code="calls", currency=CURRENCY)
    rates = [
        DestinationRate(
            table=table,
            prefix=row["prefix"],
            destination=row["destination"],
            price_per_minute=Decimal(row["rate_per_minute"]),
            connection_fee=Decimal(row["connect_fee"]),
            first_interval_s=int(row["initial_seconds"]),
            increment_s=int(row["increment_seconds"]),
            valid_from=OPENED,
            recorded_at=LONG_AGO,
        )
        for row in peer.rows("call_rates")
    ]
    DestinationRate.objects.bulk_create(rates, batch_size=ROWS)


def kept_file(peer: PeerData) -> str:
    """The CDRs as the declared text log of an exchange writes them, in the store of files, where an upload would lie;
    its clock is taken for the local one. Answers the hash.
    """
    with tempfile.TemporaryFile() as text:
        for row in peer.rows("cdrs"):
            at = datetime.fromisoformat(row["start_utc"]).strftime("%d.%m.%Y %H:%M:%S")
            a, b, seconds = row["caller"], row["callee"], row["duration_s"]
            text.write(f"{at}\t{seconds}\t{a}\t{a}\t{b}\t{b}\t0\t1\t0\t{seconds}\n".encode())
        text.seek(0)
        return keep_blocks(blocks=iter(partial(text.read, BLOCK_BYTES), b""))


def load_job(*, source: UsageSource, sha256: str) -> Job:
    params = {"source_id": str(source.id), "name": "cdrs.txt", "sha256": sha256}
    with transaction.atomic():
        return enqueue("rating.load_usage", params=params, legal_entity_id=source.legal_entity_id)


def are_totals_exact(*, peer: PeerData, batch: UsageBatch) -> bool:
    expected = peer.expected("cdr_rating")
    rated = UsageRecord.objects.filter(load_key=batch.id, state=UsageRecord.State.RATED)
    found = rated.aggregate(seconds=Sum("billed_s"), micro=Sum("amount_micro"))
    return (
        batch.record_count == batch.added_count == expected["cdrs"]
        and rated.count() == expected["answered"]
        and found["seconds"] == expected["billed_seconds"]
        and Decimal(found["micro"]).scaleb(-6) == Decimal(expected["cost"])
    )


def changed_nothing(job: Job) -> bool:
    """Of a second load of the same file."""
    done = Job.objects.get(id=job.id)
    return done.state == Job.State.DONE and done.result["added"] == 0 and UsageBatch.objects.count() == 1
