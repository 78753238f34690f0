"""The report of losses over the API, of a zone worked out by hand (tests/factories/buildings.py).

In January 90 go in; a used 10 and b 20.5, which are billed; the shop used 30 and was not billed. 90 - 30.5 - 30 = 29.5
are lost, 32.777778 %. In February 20 go in, but a alone is billed 25: 5 more than there were.
"""

import csv
import io
from typing import Any

import pytest
from rachun.apps.agreements.models import TariffAssignment
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.billing import FEBRUARY, Town, bill_month, make_plan, make_town
from tests.factories.buildings import Building, make_building
from tests.factories.metering import LONG_AGO

pytestmark = pytest.mark.usefixtures("fresh_database")
T1 = {"register": "T1", "blocks": [{"upto": "15", "price": "0.50"}, {"price": "0.80"}]}


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def zone(town: Town) -> Building:
    """Water in blocks and sewage of the same cubic metres, for a and b; the shop has no tariff, so it is parked."""
    building = make_building(branch=town.branch)
    names = ("water", "sewage")
    parts = [{"code": name, "kind": "metered", "unit": "m3", "registers": [T1]} for name in names]
    components = [{**part, "posting_code": "REVENUE_WATER"} for part in parts]
    body: dict[str, Any] = {"currency": "BAM", "vat": "ON_TOP", "components": components}
    plan = make_plan(entity=town.entity, service="WATER", body=body)
    for name in ("a", "b"):
        TariffAssignment.objects.create(
            agreement=building.agreements[name], plan=plan, valid_from="2025-01-01", recorded_at=LONG_AGO
        )
    building.share(method="LOSS", sharing="")
    building.read("2026-02-28", main="210", a="40", b="27.5", shop="30")
    return building


class TestTheReportOfLosses:
    def test_tells_what_went_in_and_is_neither_billed_nor_measured(self, town: Town, zone: Building) -> None:
        bill_month(town=town)
        bill_month(town=town, period=FEBRUARY)
        client = client_of(make_operator(entity=town.entity))
        asked = f"legal_entity_id={town.entity.id}&from_month=2026-01-01&to_month=2026-03-31"

        rows = client.get(f"/api/v1/losses?{asked}").data

        told = ("input", "billed", "unbilled", "loss", "loss_percent", "is_negative", "unread_points")
        assert {row["main_point_code"] for row in rows} == {zone.main.code}
        assert [[str(row[name]) for name in told] for row in rows] == [
            ["90.000000", "30.500000", "30.000000", "29.500000", "32.777778", "False", "0"],
            ["20.000000", "25.000000", "0.000000", "-5.000000", "-25.000000", "True", "0"],
            ["None", "0.000000", "0.000000", "None", "None", "False", "3"],
        ]
        file = client.get(f"/api/v1/losses/file?{asked}&kind=csv").content.decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(file), delimiter=";"))
        assert [line["Loss"] for line in lines] == ["29.500000", "-5.000000", ""]
        assert lines[1]["Remark"].startswith("Negative")
        assert client.get(f"/api/v1/losses/file?{asked}").content[:2] == b"PK"

    def test_is_empty_where_no_main_meter_is(self, town: Town) -> None:
        client = client_of(make_operator(entity=town.entity))

        answer = client.get(
            f"/api/v1/losses?legal_entity_id={town.entity.id}&from_month=2026-01-01&to_month=2026-01-01"
        )

        assert (answer.status_code, answer.data) == (200, [])

    def test_is_of_two_years_at_most_and_of_the_own_enterprise(self, town: Town) -> None:
        client: APIClient = client_of(make_operator(entity=make_town().entity))
        asked = "from_month=2024-01-01&to_month=2026-01-31"

        theirs = client.get(f"/api/v1/losses?legal_entity_id={town.entity.id}&{asked}")
        own = client_of(make_operator(entity=town.entity)).get(
            f"/api/v1/losses?legal_entity_id={town.entity.id}&{asked}"
        )

        assert (theirs.status_code, own.status_code) == (404, 400)
        assert own.data["errors"][0]["code"] == "months_out_of_range"
