"""Job quote: N quotes over the API, the 95th of a hundred by time; and the explanation of a bill with 10,000 calls."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import Bill
from rachun.apps.catalog.models import DestinationTable, TariffVersion
from rachun.apps.usage.models import UsageRecord
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.billing import JANUARY, Town, assigned, bill_month, make_plan, make_town, take_power
from tests.factories.metering import LONG_AGO, make_account
from tests.factories.usage import make_record

from tests.bench.figures import Figure, figure, timed
from tests.bench.place import Place

N_DEFAULT = 200
CALLS, DESTINATIONS = 10_000, 40
P95_MAX_S, EXPLANATION_MAX_S = 0.05, 1.0
MONTH = {"period_from": "2026-01-01", "period_to": "2026-02-01"}
PHONE: dict[str, Any] = {
    "currency": "BAM",
    "vat": "ON_TOP",
    "components": [
        {"code": "calls", "kind": "traffic", "destination_table": "deck", "posting_code": "REVENUE_WASTE"},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFigure(Figure):
    """ok: amounts exact, and both times within their targets."""

    p95_ms: float
    explanation_s: float


def run(*, place: Place, n: int, data: Path | None) -> Figure:
    assert data is None, "this job makes its own customers"
    settings.RACHUN_RATES = dict.fromkeys(settings.RACHUN_RATES, (10**9, 60))
    town = make_town()
    client = client_of(make_operator(entity=town.entity))
    client.defaults["SERVER_NAME"] = "localhost"
    ask = asking(town=town, client=client)
    for _ in range(5):
        ask()
    took: list[float] = []
    spent = timed(lambda: took.extend(seconds(ask) for _ in range(n)), server_pid=place.server_pid)
    bill = bill_of_calls(town)
    explained: list[Any] = []
    explanation_s = seconds(lambda: explained.append(client.get(f"/api/v1/bills/{bill.id}/explanation?language=uk")))
    p95 = sorted(took)[max(0, -(-n * 95 // 100) - 1)]
    told = explained[0].json()
    counted = sum(line["steps"][0]["facts"]["calls"] for line in told["lines"])
    is_exact = counted == CALLS and all(line["agrees"] for line in told["lines"])
    found = figure(
        job="quote",
        n=n,
        ok=is_exact and p95 <= P95_MAX_S and explanation_s <= EXPLANATION_MAX_S,
        spent=spent,
        against="50 ms a quote at p95, 1 s for the explanation of a bill with 10,000 calls",
        limit_rate=1 / P95_MAX_S,
    )
    return QuoteFigure(**asdict(found), p95_ms=round(p95 * 1000, 1), explanation_s=round(explanation_s, 3))


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def asking(*, town: Town, client: APIClient) -> Callable[[], None]:
    """A quote of the stored version on what an agreement really used: readings are looked up each time."""
    account = take_power(town=town, readings={"2025-12-31": "500", "2026-01-31": "630"})
    body = {
        **MONTH,
        "agreement_id": str(ServiceAgreement.objects.get(account=account).id),
        "tariff_version_id": str(TariffVersion.objects.get(plan=town.power).id),
    }

    def ask() -> None:
        answer = client.post("/api/v1/quotes", body, format="json")
        assert answer.status_code == 200, answer.content
        assert answer.json()["gross"] == "32.07", answer.json()  # 4.85 + 22.56 + 17 %

    return ask


def bill_of_calls(town: Town) -> Bill:
    """One account with 10,000 rated calls to 40 destinations."""
    DestinationTable.objects.create(legal_entity=town.entity, code="deck", currency="BAM")
    plan = make_plan(entity=town.entity, service="PHONE", body=PHONE)
    account = make_account(branch=town.branch)
    agreement = assigned(town=town, plan=plan, account=account, service="PHONE", served=None)
    first = make_record(agreement=agreement, on="2026-01-01", destination="D0")
    shared = {
        field.name: getattr(first, field.name) for field in UsageRecord._meta.concrete_fields if field.name != "pk"
    }
    rows = [
        UsageRecord(
            **{
                **shared,
                "record_no": 10_000_000 + place,
                "destination": f"D{place % DESTINATIONS}",
                "occurred_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
                "recorded_at": LONG_AGO,
            }
        )
        for place in range(1, CALLS)
    ]
    UsageRecord.objects.bulk_create(rows, batch_size=1_000)
    run = bill_month(town=town, period=JANUARY)
    return Bill.objects.get(run=run, account=account)
