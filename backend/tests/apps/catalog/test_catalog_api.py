"""What is sold and what it costs, through the contract."""

from typing import Any

import pytest
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator
from tests.factories import customers as a

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


@pytest.fixture
def client(ours: Enterprise) -> Any:
    return client_of(make_operator(entity=ours.entity))


def service_body(ours: Enterprise, code: str = "POWER") -> dict[str, Any]:
    return {"legal_entity_id": str(ours.entity.id), "code": code, "names": a.NAMES, "unit": "kWh", "position": 1}


class TestTheCatalog:
    def test_takes_a_service_its_plan_and_a_version(self, client: Any, ours: Enterprise) -> None:
        service = client.post("/api/v1/services", service_body(ours)).json()
        plan = client.post(
            "/api/v1/tariff-plans", {"service_id": service["id"], "code": "HOME", "names": a.NAMES}
        ).json()
        body = {
            "plan_id": plan["id"], "valid_from": "2026-01-01", "body": a.tariff_body(), "approved_by": "Board",
            "source_document": "Decision 1",
        }  # fmt: skip

        added, again = client.post("/api/v1/tariff-versions", body), client.post("/api/v1/tariff-versions", body)

        assert (added.status_code, added.json()["body"]) == (201, a.tariff_body())
        assert (again.status_code, again.json()["code"]) == (409, "version_start_taken")

    def test_refuses_a_code_twice(self, client: Any, ours: Enterprise) -> None:
        client.post("/api/v1/services", service_body(ours))

        again = client.post("/api/v1/services", service_body(ours))

        assert (again.status_code, again.json()["code"]) == (409, "code_taken")
        assert again.json()["params"] == {"value": "POWER"}

    def test_points_at_what_is_wrong_in_a_tariff(self, client: Any, ours: Enterprise) -> None:
        plan = a.plan(service=a.service(entity=ours.entity))
        broken = a.tariff_body()
        broken["components"] *= 2

        def add(body: dict[str, Any]) -> Any:
            told = {"plan_id": str(plan.id), "valid_from": "2026-01-01", "approved_by": "B", "source_document": "D"}
            return client.post("/api/v1/tariff-versions", {**told, "body": body}, headers={"Accept-Language": "bs"})

        twice, foreign = add(broken), add(a.tariff_body(currency="UAH"))

        [problem] = twice.json()["errors"]
        assert (twice.status_code, problem["code"]) == (422, "tariff_duplicate_code")
        assert problem["pointer"].startswith("/body/components/1")
        assert problem["detail"] == "Dvije stavke imaju istu šifru."
        assert foreign.json()["code"] == "currency_differs"

    def test_tells_what_it_would_refuse_and_what_deserves_a_look(self, client: Any, ours: Enterprise) -> None:
        plan = a.plan(service=a.service(entity=ours.entity))
        falling = a.tariff_body()
        blocks = [{"upto": "100", "price": "0.20"}, {"price": "0.10"}]
        priced = {"register": "VT", "mode": "VOLUME", "blocks": blocks}
        falling["components"] = [
            {"code": "energy", "kind": "metered", "unit": "kWh", "registers": [priced], "posting_code": "REVENUE"}
        ]
        broken = {**falling, "currency": "UAH"}

        def check(body: dict[str, Any], day: str = "2026-01-01") -> Any:
            told = {"plan_id": str(plan.id), "valid_from": day, "body": body}
            return client.post("/api/v1/tariff-versions/check", told, headers={"Accept-Language": "uk"}).json()

        sound, foreign = check(falling), check(broken)
        add = {"plan_id": str(plan.id), "valid_from": "2026-01-01", "approved_by": "B", "source_document": "D"}
        added = client.post("/api/v1/tariff-versions", {**add, "body": falling}).json()
        taken = check(falling)

        [warning] = sound["warnings"]
        assert (sound["can_be_added"], sound["errors"]) == (True, [])
        assert warning["code"] == "tariff_volume_price_falls"
        assert warning["pointer"] == "/body/components/0/registers/0/blocks/1/price"
        assert warning["detail"].startswith("З VOLUME ця нижча ціна")
        assert [one["code"] for one in added["warnings"]] == ["tariff_volume_price_falls"]
        assert (foreign["can_be_added"], foreign["errors"][0]["code"]) == (False, "currency_differs")
        assert [one["pointer"] for one in taken["errors"]] == ["/valid_from"]

    def test_refuses_a_bundle_for_a_destination_that_no_rate_leads_to(self, client: Any, ours: Enterprise) -> None:
        from rachun.apps.catalog.models import DestinationRate, DestinationTable

        plan = a.plan(service=a.service(entity=ours.entity))
        table = DestinationTable.objects.create(legal_entity=ours.entity, code="deck", currency="BAM")
        calls = {"code": "calls", "kind": "traffic", "destination_table": table.code, "posting_code": "REVENUE"}
        bundle = calls | {"included": {"seconds": 60, "destinations": ["BiH", "Mars"]}}
        body = {**a.tariff_body(), "components": [bundle]}
        told = {"plan_id": str(plan.id), "valid_from": "2026-01-01", "body": body}

        empty = client.post("/api/v1/tariff-versions/check", told).json()
        DestinationRate.objects.create(
            table=table, prefix="387", destination="BiH", price_per_minute="0.1", valid_from=a.START,
            recorded_at=a.NOON,
        )  # fmt: skip
        rated = client.post("/api/v1/tariff-versions/check", told).json()
        added = client.post("/api/v1/tariff-versions", {**told, "approved_by": "B", "source_document": "D"})

        assert [one["code"] for one in empty["warnings"]] == ["tariff_table_without_rates"]
        assert [(one["pointer"], one["code"]) for one in rated["errors"]] == [
            ("/body/components/0/included/destinations/1", "tariff_unreachable_destination")
        ]
        assert (added.status_code, added.json()["errors"][0]["params"]["destination"]) == (422, "Mars")

    def test_warns_of_a_register_that_no_meter_has(self, client: Any, ours: Enterprise) -> None:
        from rachun.apps.metering.models import Meter, Register

        plan = a.plan(service=a.service(entity=ours.entity))
        priced = {"register": "VT", "blocks": [{"price": "0.10"}]}
        energy = {"code": "energy", "kind": "metered", "unit": "kWh", "registers": [priced], "posting_code": "REVENUE"}
        told = {
            "plan_id": str(plan.id),
            "valid_from": "2026-01-01",
            "body": {**a.tariff_body(), "components": [energy]},
        }

        unmetered = client.post("/api/v1/tariff-versions/check", told).json()
        meter = Meter.objects.create(legal_entity=ours.entity, branch=ours.north, serial="7")
        Register.objects.create(meter=meter, code="T1", unit="kWh", digits=5)
        metered = client.post("/api/v1/tariff-versions/check", told).json()

        assert unmetered["warnings"] == []
        assert [(one["code"], one["params"]["known"]) for one in metered["warnings"]] == [
            ("tariff_register_not_metered", ["T1"])
        ]

    def test_is_changed_only_by_whoever_works_for_the_whole_enterprise(self, ours: Enterprise) -> None:
        southern = client_of(make_operator(entity=ours.entity, branch=ours.south))

        assert southern.post("/api/v1/services", service_body(ours)).status_code == 404
        assert southern.get("/api/v1/services").status_code == 200

    def test_lists_rates_of_a_table_by_prefix(self, client: Any, ours: Enterprise) -> None:
        from rachun.apps.catalog.models import DestinationRate

        table = a.destination_table(entity=ours.entity)
        for prefix in ("38733", "49"):
            DestinationRate.objects.create(
                table=table, prefix=prefix, destination=prefix, price_per_minute="0.1", valid_from=a.START,
                recorded_at=a.NOON,
            )  # fmt: skip

        found = client.get(f"/api/v1/destination-rates?table_code={table.code}&prefix=387").json()["results"]

        assert [(rate["prefix"], rate["price_per_minute"]) for rate in found] == [("38733", "0.10000000")]
