"""The carrier of these calls takes 0.30 a minute to mobiles, by the second; it names no price for satellites."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.jobs import enqueue
from rachun.apps.catalog.models import DestinationTable
from rachun.apps.usage.models import PricedUsage, UsageSource
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

pytestmark = pytest.mark.django_db
KOVAL = "380432550101"
CARRIER = {"38067": ("mobile carrier", "0.30", 1, 1)}


def load(source: UsageSource, *called: str) -> None:
    lines = [f"05.01.2026 10:00:0{no}\t61\t{KOVAL}\t{KOVAL}\t{n}\t{n}\t0\t1\t0\t61" for no, n in enumerate(called)]
    params = {"source_id": str(source.id), "name": "f", "sha256": keep_file(content="\n".join(lines).encode())}
    with transaction.atomic():
        job = enqueue("rating.load_usage", params=params)
    run_job_now(job.id)


def price(source: UsageSource) -> None:
    told = ("--source", str(source.id), "--run", "carrier", "--table", "carrier")
    call_command("price_usage", *told, stdout=StringIO())


def costs() -> list[tuple[int, str, Decimal | None, str]]:
    found = PricedUsage.objects.order_by("priced_at", "record_no")
    amounts = [None if one.amount_micro is None else Decimal(one.amount_micro).scaleb(-6) for one in found]
    return [(one.record_no, one.prefix, cost, one.reason) for one, cost in zip(found, amounts, strict=True)]


@pytest.fixture
def source() -> UsageSource:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    make_price_table(legal_entity=branch.legal_entity, code="carrier", prices=CARRIER)
    make_subscriber(branch=branch, number=KOVAL)
    return make_source(legal_entity=branch.legal_entity)


class TestPricedRuns:
    def test_keep_a_cost_beside_the_price_and_never_zero_for_none(self, source: UsageSource) -> None:
        load(source, "380671234567", "88216123456")

        price(source)

        assert costs() == [(1, "38067", Decimal("0.305"), ""), (2, "", None, "NO_RATE")]

    def test_price_later_batches_as_they_come(self, source: UsageSource) -> None:
        price(source)

        load(source, "380671234567")

        assert costs() == [(1, "38067", Decimal("0.305"), "")]

    def test_let_a_found_cost_stand_and_find_missing_ones_again(self, source: UsageSource) -> None:
        load(source, "380671234567", "88216123456")
        price(source)
        table = DestinationTable.objects.get(code="carrier")
        table.rates.create(
            prefix="88216",
            destination="s",
            price_per_minute=60,
            increment_s=1,
            first_interval_s=1,
            valid_from=table.rates.get().valid_from,
            recorded_at=table.rates.get().recorded_at,
        )

        price(source)

        assert sorted(costs()) == [(1, "38067", Decimal("0.305"), ""), (2, "88216", Decimal(61), "")]


class TestListPricedUsage:
    def told(self, source: UsageSource, query: str = "") -> list[dict[str, Any]]:
        client = client_of(make_operator(entity=source.legal_entity))
        answer = client.get(f"/api/v1/priced-usage{query}")
        assert answer.status_code == 200, answer.content
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def test_tells_what_a_call_brings_and_what_it_costs(self, source: UsageSource) -> None:
        load(source, "380671234567", "88216123456")
        price(source)

        rated, waiting = sorted(self.told(source), key=lambda one: int(one["record_no"]))

        assert (rated["amount"], rated["state"]) == ("0.976000", "RATED")
        [cost] = rated["runs"]
        assert (cost["run_code"], cost["table_code"], cost["prefix"], cost["amount"], cost["reason"]) == (
            "carrier",
            "carrier",
            "38067",
            "0.305000",
            "",
        )
        assert (waiting["amount"], waiting["runs"][0]["amount"], waiting["runs"][0]["reason"]) == (
            None,
            None,
            "NO_RATE",
        )

    def test_tells_no_cost_of_a_source_without_runs(self, source: UsageSource) -> None:
        load(source, "380671234567")

        [call] = self.told(source, "?state=RATED")

        assert call["runs"] == []

    def test_asks_the_database_as_often_for_a_page_as_for_one_call(
        self, source: UsageSource, django_assert_max_num_queries: Any
    ) -> None:
        load(source, *["380671234567"] * 9)
        price(source)
        client = client_of(make_operator(entity=source.legal_entity))
        client.get("/api/v1/priced-usage")

        with django_assert_max_num_queries(9):
            assert client.get("/api/v1/priced-usage").json()["count"] == 9
