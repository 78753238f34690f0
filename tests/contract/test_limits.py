"""How much one may send and how often one may call (S-08, S-14)."""

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


@pytest.fixture
def client(ours: Enterprise) -> APIClient:
    return client_of(make_operator(entity=ours.entity))


def import_customers(client: APIClient, ours: Enterprise, *, key: str, size: int = 5, **more: Any) -> Any:
    told = {"legal_entity_id": str(ours.entity.id), "file": SimpleUploadedFile("a.csv", b"x" * size), **more}
    return client.post("/api/v1/customer-imports", told, format="multipart", headers={"Idempotency-Key": key})


class TestUploads:
    def test_above_the_limit_of_a_body_are_refused(self, client: APIClient, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

        answer = client.post("/api/v1/parties", {"name": "x" * 1000})

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["params"] == {"limit": 1000}

    def test_above_the_limit_of_a_file_are_refused(self, client: APIClient, ours: Enterprise, settings: Any) -> None:
        settings.FILE_UPLOAD_MAX_SIZE = 100

        fits = import_customers(client, ours, key="upload-0001", size=100)
        answer = import_customers(client, ours, key="upload-0002", size=101)

        assert fits.status_code == 202
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_with_more_fields_than_any_form_has_are_refused(self, client: APIClient, ours: Enterprise) -> None:
        many = {f"field_{number}": "x" for number in range(1001)}

        answer = import_customers(client, ours, key="upload-0003", **many)

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("body", [b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}', b"[" * 100_000, b"\xff\xfe{"])
    def test_that_no_column_can_hold_are_refused(self, client: APIClient, body: bytes) -> None:
        answer = client.generic("POST", "/api/v1/parties", body, content_type="application/json")

        assert answer.status_code == 400


class TestRateLimits:
    def test_hold_back_a_principal_and_say_for_how_long(self, client: APIClient, settings: Any) -> None:
        settings.RACHUN_RATES = {**settings.RACHUN_RATES, "principal": (3, 3600)}

        answers = [client.get("/api/v1/me") for _ in range(4)]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].json()["code"] == "throttled"
        assert 0 < int(answers[-1]["Retry-After"]) <= 3600

    def test_end_with_the_window(self, ours: Enterprise, settings: Any) -> None:
        settings.RACHUN_RATES = {**settings.RACHUN_RATES, "principal": (1, 60)}
        with time_machine.travel("2026-03-01T10:00:10Z", tick=False) as clock:
            client = client_of(make_operator(entity=ours.entity))
            first, second = client.get("/api/v1/me"), client.get("/api/v1/me")
            clock.shift(int(second["Retry-After"]) + 1)
            third = client.get("/api/v1/me")

        assert [first.status_code, second.status_code, third.status_code] == [200, 429, 200]
        assert int(second["Retry-After"]) == 50

    def test_hold_back_an_address_that_nobody_signed_in_from(self, settings: Any) -> None:
        settings.RACHUN_RATES = {**settings.RACHUN_RATES, "address": (2, 3600)}
        stranger = APIClient(REMOTE_ADDR="192.0.2.77")

        statuses = [stranger.post("/api/v1/auth/refresh", {"refresh": "x"}).status_code for _ in range(3)]

        assert statuses == [401, 401, 429]

    def test_are_narrower_for_costly_operations(self, client: APIClient, ours: Enterprise, settings: Any) -> None:
        settings.RACHUN_RATES = {**settings.RACHUN_RATES, "costly": (2, 3600)}

        statuses = [import_customers(client, ours, key=f"costly-000{n}").status_code for n in range(3)]

        assert statuses == [202, 202, 429]
        assert client.get("/api/v1/me").status_code == 200
