from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.metering.models import Meter
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.metering import make_agreement, make_meter, make_service_point, place_meter

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter() -> Meter:
    point = make_agreement().service_point
    meter = make_meter(branch=point.branch, serial="E-1")
    place_meter(meter=meter, service_point=point)
    return meter


@pytest.fixture
def client(meter: Meter) -> APIClient:
    return client_of(make_operator(entity=meter.legal_entity))


def send(client: APIClient, address: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{address}", body, format="json")


class TestAReading:
    body = {"register": "T1", "read_date": "2026-01-31", "value": "10.5", "kind": "CUSTOMER"}

    def test_sent_twice_is_one(self, client: APIClient, meter: Meter) -> None:
        first, second = (send(client, "readings", {**self.body, "meter_id": str(meter.id)}) for _ in range(2))

        assert (first.status_code, first.data["id"]) == (201, second.data["id"])
        listed = client.get("/api/v1/readings?meter_serial=E-1").data["results"]
        assert [(row["boundary_date"], row["value"], row["verdict"]) for row in listed] == [
            ("2026-02-01", "10.500000", "OPENING")
        ]

    def test_that_cannot_be_is_refused_by_field(self, client: APIClient, meter: Meter) -> None:
        answer = send(client, "readings", {**self.body, "meter_id": str(meter.id), "value": "-1"})

        assert (answer.status_code, answer.data["code"]) == (422, "reading_refused")
        assert [(error["pointer"], error["code"]) for error in answer.data["errors"]] == [
            ("/value", "reading_negative")
        ]


class TestMeters:
    def test_are_registered_installed_and_exchanged(self, client: APIClient, meter: Meter) -> None:
        point = make_service_point(branch=meter.branch, service=meter.installations.get().service_point.service)
        made = send(
            client,
            "meters",
            {
                "branch_id": str(meter.branch_id),
                "serial": "E-2",
                "registers": [{"code": "T1", "unit": "kWh", "digits": 6}],
            },
        )
        assert made.status_code == 201
        unread = send(
            client,
            f"meters/{made.data['id']}/installation",
            {"service_point_id": str(point.id), "installed_date": "2026-02-01", "readings": []},
        )
        assert (unread.status_code, unread.data["code"]) == (422, "readings_missing")

        exchanged = send(
            client,
            f"meters/{meter.id}/exchange",
            {
                "new_meter_id": made.data["id"],
                "exchange_date": "2026-02-12",
                "closing": [{"register": "T1", "value": "730"}],
                "opening": [{"register": "T1", "value": "10"}],
            },
        )

        assert exchanged.status_code == 200
        assert [entry["valid_from"] for entry in exchanged.data["installations"]] == ["2026-02-12"]

    def test_of_another_enterprise_are_not_there(self, client: APIClient) -> None:
        foreign = make_meter(branch=make_agreement().service_point.branch)

        assert client.get(f"/api/v1/meters/{foreign.id}").status_code == 404
        assert [row["serial"] for row in client.get("/api/v1/meters").data["results"]] == ["E-1"]


class TestAFileOfReadings:
    def test_starts_a_job(self, client: APIClient, meter: Meter) -> None:
        content = b"meter_serial;register;read_date;value;kind\nE-1;T1;2026-01-31;10;ACTUAL\n"
        body = {"legal_entity_id": str(meter.legal_entity_id), "file": SimpleUploadedFile("r.csv", content)}

        answer = client.post(
            "/api/v1/reading-imports", body, format="multipart", headers={"Idempotency-Key": "readings-0001"}
        )

        assert answer.status_code == 202
        assert run_job_now(answer.data["id"]).counts["added"] == 1

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_has_a_template(self, client: APIClient, kind: str) -> None:
        assert client.get(f"/api/v1/reading-imports/template?kind={kind}").status_code == 200
