from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.models import Job
from rachun.apps.identity.models import Branch
from rachun.apps.usage.models import UsageRecord
from rest_framework.test import APIClient
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

pytestmark = pytest.mark.django_db
KOVAL = "380432550101"
CALL = f"05.01.2026 10:00:00\t61\t{KOVAL}\t{KOVAL}\t\t380671234567\t0\t1\t0\t61"


@pytest.fixture
def branch() -> Branch:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    make_subscriber(branch=branch, number=KOVAL)
    return branch


def post(client: APIClient, address: str, body: dict[str, Any], *, key: str, form: str = "json") -> Any:
    return client.post(f"/api/v1/{address}", body, format=form, headers={"Idempotency-Key": key})


class TestLoadingAFile:
    def test_answers_a_job_and_the_same_answer_for_the_same_key(self, client: APIClient, branch: Branch) -> None:
        source = make_source(legal_entity=branch.legal_entity)

        def send() -> Any:
            file = SimpleUploadedFile("calls.txt", CALL.encode())
            return post(
                client, "usage-batches", {"source_id": str(source.id), "file": file}, key="load-0001", form="multipart"
            )

        first, second = send(), send()

        assert (first.status_code, second.status_code) == (202, 202)
        assert first.data["id"] == second.data["id"]
        assert Job.objects.filter(kind="rating.load_usage").count() == 1
        run_job_now(Job.objects.get(kind="rating.load_usage").id)
        [batch] = client.get("/api/v1/usage-batches").data["results"]
        assert (batch["record_count"], batch["added_count"], batch["name"]) == (1, 1, "calls.txt")
        [record] = client.get("/api/v1/usage-records?state=RATED").data["results"]
        assert (record["amount"], record["quantity"], record["destination"]) == ("0.976000", "61.000000", "mobile")

    def test_may_be_larger_than_files_that_are_read_whole_but_not_than_its_own_limit(
        self, client: APIClient, branch: Branch, settings: Any
    ) -> None:
        settings.FILE_UPLOAD_MAX_SIZE, settings.CALLS_UPLOAD_MAX_SIZE = 10, len(CALL)
        source = make_source(legal_entity=branch.legal_entity)

        def send(content: str, *, key: str) -> Any:
            told = {"source_id": str(source.id), "file": SimpleUploadedFile("calls.txt", content.encode())}
            return post(client, "usage-batches", told, key=key, form="multipart")

        fits, beyond = send(CALL, key="load-0003"), send(f"{CALL}\n", key="load-0004")

        assert fits.status_code == 202
        assert (beyond.status_code, beyond.json()["params"]) == (413, {"limit": len(CALL)})

    def test_is_hidden_from_another_enterprise(self, client: APIClient, branch: Branch) -> None:
        source = make_source(legal_entity=make_telecom().legal_entity)

        answer = post(
            client,
            "usage-batches",
            {"source_id": str(source.id), "file": SimpleUploadedFile("c", b"x")},
            key="load-0002",
            form="multipart",
        )

        assert answer.status_code == 404


class TestSendingRows:
    def test_takes_calls_as_a_batch_of_their_own(self, client: APIClient, branch: Branch) -> None:
        source = make_source(legal_entity=branch.legal_entity)
        call = {"calling": KOVAL, "called": "380671234567", "started_at": "2026-01-05T10:00:00+02:00", "duration_s": 61}
        body = {"source_id": str(source.id), "calls": [call, call]}

        for key in ("rows-0001", "rows-0002"):
            answer = post(client, "usage-batches/records", body, key=key)
            assert answer.status_code == 202
            run_job_now(answer.data["id"])

        records = UsageRecord.objects.filter(source=source)
        assert [(record.state, record.amount_micro) for record in records] == [("RATED", 976_000)] * 2

    def test_takes_deliveries_and_refuses_calls_of_a_source_of_deliveries(
        self, client: APIClient, branch: Branch
    ) -> None:
        source = make_source(legal_entity=branch.legal_entity, kind="DELIVERIES", file_format="delivered_services")
        agreement = make_subscriber(branch=branch, number="380432550202")
        delivery = {
            "account": agreement.number,
            "service": "PHONE",
            "item": "call_detail",
            "quantity": "2.5",
            "unit": "pcs",
            "performed_on": "2026-01-10",
        }
        call = {"calling": "1", "called": "2", "started_at": "2026-01-05T10:00:00+02:00", "duration_s": 1}

        taken = post(
            client, "usage-batches/records", {"source_id": str(source.id), "deliveries": [delivery]}, key="d-000001"
        )
        refused = post(client, "usage-batches/records", {"source_id": str(source.id), "calls": [call]}, key="d-000002")

        run_job_now(taken.data["id"])
        assert UsageRecord.objects.get(source=source).quantity_micro == 2_500_000
        assert (refused.status_code, refused.data["code"]) == (422, "rows_of_another_kind")


class TestUsageSources:
    def test_are_made_once_per_code(self, client: APIClient, branch: Branch) -> None:
        body = {
            "legal_entity_id": str(branch.legal_entity_id),
            "code": "SI3000",
            "kind": "CALLS",
            "format": "calls:bgbilling",
            "time_zone": "Europe/Kyiv",
            "area_code": "432",
        }

        first = client.post("/api/v1/usage-sources", body, format="json")
        second = client.post("/api/v1/usage-sources", body, format="json")
        wrong = client.post("/api/v1/usage-sources", {**body, "code": "X", "kind": "DELIVERIES"}, format="json")

        assert first.status_code == 201
        assert (second.status_code, second.data["code"]) == (409, "source_code_taken")
        assert (wrong.status_code, wrong.data["code"]) == (422, "format_not_read")
