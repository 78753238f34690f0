"""Job C1: one file of calls → committed, keyed, rated rows."""

from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.db.models import Sum
from rachun.apps.catalog.models import DestinationRate, DestinationTable
from rachun.apps.identity.models import Branch
from rachun.apps.rating.services import LoadOutcome, UsageFile, load_usage
from rachun.apps.usage.models import UsageRecord, UsageSource
from rachun.formats.source import Source

from tests.bench.copying import bare_copy_seconds
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
from tests.bench.figures import Figure, figure, timed
from tests.bench.place import Place

N_DEFAULT, CALLS_PER_CUSTOMER = 100_000, 10
LOADED_AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
CALLS = {"code": "calls", "kind": "traffic", "destination_table": "calls", "posting_code": "REVENUE_CALLS"}


def run(*, place: Place, n: int, data: Path | None) -> Figure:
    peer = peer_data(folder=place.folder / "data", customers=max(n // CALLS_PER_CUSTOMER, 1), calls=n, given=data)
    source = prepare(peer)
    usage = file_of(peer)
    outcomes: list[LoadOutcome] = []

    def load() -> None:
        with transaction.atomic(durable=True):
            outcomes.append(load_usage(source=source, usage=usage, loaded_at=LOADED_AT))

    spent = timed(load, server_pid=place.server_pid)
    batch = outcomes[0].batch
    bare_s = bare_copy_seconds(place=place, tables={"usage_usagerecord": batch.id})
    return figure(
        job="C1",
        n=batch.record_count,
        ok=are_totals_exact(peer=peer, outcome=outcomes[0]),
        spent=spent,
        against="bare COPY of the same rows into a table without keys",
        limit_rate=batch.added_count / bare_s,
    )


def prepare(peer: PeerData) -> UsageSource:
    branch = make_seller()
    plan = make_plan(branch=branch, service="PHONE", code="PHONE", component=CALLS)
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


def file_of(peer: PeerData) -> UsageFile:
    """The CDRs as the declared text log of an exchange writes them; its clock is taken for the local one."""
    lines = []
    for row in peer.rows("cdrs"):
        at = datetime.fromisoformat(row["start_utc"]).strftime("%d.%m.%Y %H:%M:%S")
        a, b, seconds = row["caller"], row["callee"], row["duration_s"]
        lines.append(f"{at}\t{seconds}\t{a}\t{a}\t{b}\t{b}\t0\t1\t0\t{seconds}")
    content = "\n".join(lines).encode()
    return UsageFile(file=Source(name="cdrs.txt", data=content), sha256=sha256(content).hexdigest())


def are_totals_exact(*, peer: PeerData, outcome: LoadOutcome) -> bool:
    expected = peer.expected("cdr_rating")
    rated = UsageRecord.objects.filter(load_key=outcome.batch.id, state=UsageRecord.State.RATED)
    found = rated.aggregate(seconds=Sum("billed_s"), micro=Sum("amount_micro"))
    return (
        outcome.batch.added_count == expected["cdrs"]
        and rated.count() == expected["answered"]
        and found["seconds"] == expected["billed_seconds"]
        and Decimal(found["micro"]).scaleb(-6) == Decimal(expected["cost"])
    )
