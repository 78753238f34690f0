"""Tariff plans of a rating engine come by the interface as a job."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.models import AuditRow, Job
from rachun.apps.catalog.models import DestinationRate, DestinationTable
from rachun.apps.identity.models import LegalEntity
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.rating import make_telecom

pytestmark = pytest.mark.django_db
FILES = {
    "timings": "#Tag,Years,Months,MonthDays,WeekDays,Time\nPEAK,*any,*any,*any,1;2;3;4;5,08:00:00\n",
    "destinations": "DE,+49\n",
    "rates": "R,0.2,1.2,1m,1m,0\nR,,1.2,1m,1s,1m\nCHEAP,0,0.6,60s,1s,0s\n",
    "destination_rates": "DR,DE,R,*up,4,0,\nDR2,DE,CHEAP,*middle,2,5,*free\n",
    "rating_plans": "RP,DR,PEAK,10\nRP,DR2,*any,10\n",
    "rating_profiles": "t,call,*any,2026-01-01T00:00:00Z,RP,\n",
}
WRONG_RATE = FILES["rates"] + "X,a,1,1,1,0\n"


@pytest.fixture
def entity() -> LegalEntity:
    return make_telecom().legal_entity


@pytest.fixture
def client(entity: LegalEntity) -> APIClient:
    return client_of(make_operator(entity=entity))


def send(client: APIClient, entity: LegalEntity, *, key: str = "plans-0001", **changed: Any) -> Any:
    files = {name: SimpleUploadedFile(f"{name}.csv", changed.pop(name, text).encode()) for name, text in FILES.items()}
    return client.post(
        "/api/v1/rate-plan-imports",
        {"legal_entity_id": str(entity.id), **files, **changed},
        format="multipart",
        headers={"Idempotency-Key": key},
    )


def done(answer: Any) -> Job:
    assert answer.status_code == 202, answer.content
    run_job_now(answer.data["id"])
    return Job.objects.get(id=answer.data["id"])


class TestImportRatePlans:
    def test_makes_tables_whose_rates_and_bands_can_be_read(self, client: APIClient, entity: LegalEntity) -> None:
        job = done(send(client, entity))

        assert job.result == {
            "records": 10,
            "errors": 0,
            "tables": 1,
            "added": 2,
            "known": 0,
            "ended": 0,
            "dry_run": False,
            "kept": True,
        }
        [table] = client.get("/api/v1/destination-tables").data["results"]
        assert (table["code"], [band["code"] for band in table["bands"]]) == ("RP", ["PEAK"])
        rates = client.get("/api/v1/destination-rates?table_code=RP").data["results"]
        assert {(rate["prefix"], rate["band"], rate["rounding"], len(rate["steps"])) for rate in rates} == {
            ("49", "PEAK", "UP", 2),
            ("49", "", "HALF_UP", 1),
        }
        [audited] = AuditRow.objects.filter(operation="importRatePlans", object_kind="destination_table")
        assert audited.principal_id == job.created_by

    def test_answers_the_same_job_for_the_same_key(self, client: APIClient, entity: LegalEntity) -> None:
        assert send(client, entity).data["id"] == send(client, entity).data["id"]

    def test_changes_nothing_the_second_time(self, client: APIClient, entity: LegalEntity) -> None:
        done(send(client, entity))

        again = done(send(client, entity, key="plans-0002"))

        assert (again.result["added"], again.result["known"]) == (0, 2)
        assert DestinationRate.objects.count() == 2

    def test_names_a_wrong_row_with_its_line_and_keeps_nothing(self, client: APIClient, entity: LegalEntity) -> None:
        job = done(send(client, entity, rates=WRONG_RATE))

        assert (job.result["errors"], job.result["kept"]) == (1, False)
        [error] = client.get(f"/api/v1/jobs/{job.id}/errors").data["results"]
        assert (error["row_no"], error["field"], error["raw"]) == (4, "Rates.ConnectFee", "X,a,1,1,1,0")
        assert not DestinationTable.objects.exists()

    def test_keeps_the_good_rows_where_it_was_asked_to(self, client: APIClient, entity: LegalEntity) -> None:
        job = done(send(client, entity, rates=WRONG_RATE, keep_good="true"))

        assert (job.result["errors"], job.result["added"], job.result["kept"]) == (1, 2, True)

    def test_says_what_a_dry_run_would_add_and_adds_nothing(self, client: APIClient, entity: LegalEntity) -> None:
        job = done(send(client, entity, dry_run="true"))

        assert (job.result["added"], job.result["kept"]) == (2, False)
        assert not DestinationTable.objects.exists()
        assert not AuditRow.objects.filter(operation="importRatePlans", object_kind="destination_table").exists()

    def test_wants_all_six_files(self, client: APIClient, entity: LegalEntity) -> None:
        answer = client.post(
            "/api/v1/rate-plan-imports",
            {"legal_entity_id": str(entity.id), "timings": SimpleUploadedFile("t.csv", b"x")},
            format="multipart",
            headers={"Idempotency-Key": "plans-0003"},
        )

        assert answer.status_code == 400
        assert {error["pointer"] for error in answer.json()["errors"]} == {
            f"/{name}" for name in FILES if name != "timings"
        }

    def test_is_hidden_from_another_enterprise(self, client: APIClient) -> None:
        assert send(client, make_telecom().legal_entity).status_code == 404
