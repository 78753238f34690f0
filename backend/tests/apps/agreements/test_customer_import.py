"""A filled template becomes customers, once."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rachun.apps.agreements.models import ResourceAssignment, ServiceAgreement
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.models import Job, JobRowError
from rachun.apps.customers.models import Account, Party, Premise
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator
from tests.factories import customers as a

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/customer-imports"
IVO = {"external_number": "78", "name": "Ivo", "service_point": "SP-78", "building": "2"}
METER = {"meter_serial": "1", "meter_digits": "6", "registers": "T1"}


@pytest.fixture
def ours() -> Enterprise:
    enterprise = make_enterprise(code="OURS")
    a.plan(service=a.service(entity=enterprise.entity, code="POWER"), code="HOME")
    return enterprise


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_DIR = tmp_path


@pytest.fixture
def client(ours: Enterprise) -> Any:
    return client_of(make_operator(entity=ours.entity))


def header(client: Any) -> list[str]:
    template = client.get(f"{ADDRESS}/template?kind=csv")
    assert template.status_code == 200
    return next(csv.reader(io.StringIO(template.content.decode("utf-8-sig")), delimiter=";"))


def filled(client: Any, *rows: dict[str, str]) -> bytes:
    """The template with these rows instead of its example."""
    plain = {
        "external_number": "77", "kind": "INDIVIDUAL", "name": "Ana Anić", "branch": "N", "settlement": "Kotor",
        "building": "1", "service": "POWER", "tariff_plan": "HOME", "agreement_from": "2026-01-01",
        "service_point": "SP-77",
    }  # fmt: skip
    columns = header(client)
    written = io.StringIO()
    table = csv.DictWriter(written, columns, delimiter=";", lineterminator="\r\n")
    table.writeheader()
    table.writerows({**plain, **row} for row in rows)
    return written.getvalue().encode()


def send(client: Any, ours: Enterprise, content: bytes, *, key: str = "import-0001", **more: Any) -> Any:
    body = {"legal_entity_id": str(ours.entity.id), "file": SimpleUploadedFile("customers.csv", content), **more}
    return client.post(ADDRESS, body, format="multipart", headers={"Idempotency-Key": key})


def imported(client: Any, ours: Enterprise, content: bytes, **more: Any) -> Job:
    answer = send(client, ours, content, **more)
    assert answer.status_code == 202, answer.content
    return run_job_now(answer.json()["id"])


def counted() -> list[int]:
    return [model.objects.count() for model in (Party, Account, Premise, ServiceAgreement)]


class TestImportingCustomers:
    def test_takes_rows_with_what_they_stand_on(self, client: Any, ours: Enterprise) -> None:
        content = filled(
            client,
            {"email": "ana@example.com", "attributes": "persons=3;phone_number=+38733123456"},
            {"service_point": "SP-78", "unit": "2", "agreement_to": "2026-06-01"},
        )

        job = imported(client, ours, content)

        assert (job.state, job.result["added"], job.result["errors"]) == ("DONE", 2, 0)
        account = Account.objects.get()
        assert (account.alias_numbers, account.delivery, account.party.name) == (["77"], "EMAIL", "Ana Anić")
        first, second = ServiceAgreement.objects.order_by("number")
        assert (first.attributes.get().attribute, first.attributes.get().value) == ("persons", 3)
        assert ResourceAssignment.objects.get().resource.identifier == "38733123456"
        assert second.terms.get().valid_to == date(2026, 6, 1)

    def test_changes_nothing_in_a_dry_run_but_says_what_would_happen(self, client: Any, ours: Enterprise) -> None:
        job = imported(client, ours, filled(client, {}, {"branch": "X"}), dry_run=True)

        assert (job.result["added"], job.result["errors"]) == (1, 1)
        assert counted() == [0, 0, 0, 0]

    def test_of_the_same_file_again_changes_nothing(self, client: Any, ours: Enterprise) -> None:
        content = filled(
            client, {}, {"external_number": "78", "name": "Ivo", "service_point": "SP-78", "building": "2"}
        )
        imported(client, ours, content)
        before = counted()

        again = imported(client, ours, content, key="import-0002")

        assert (again.result["added"], again.result["known"], again.result["errors"]) == (0, 2, 0)
        assert counted() == before == [2, 2, 2, 2]

    @pytest.mark.parametrize(
        ("row", "column", "code"),
        [
            ({"branch": "X"}, "branch", "unknown_code"),
            ({"service": "GAS"}, "service", "unknown_code"),
            ({"tariff_plan": "?"}, "tariff_plan", "unknown_code"),
            ({"agreement_from": "32.01.2026"}, "agreement_from", "not_a_date"),
            ({"email": "not an address"}, "email", "contact_not_valid"),
            ({"name": "Ž" * 201}, "name", "too_long"),
            ({"attributes": "persons=many"}, "attributes", "not_a_decimal"),
            ({"attributes": "persons=NaN"}, "attributes", "not_a_decimal"),
            ({"attributes": "persons=-1"}, "attributes", "negative"),
            ({"attributes": "phone_number=abc"}, "attributes", "identifier_not_valid"),
            ({"meter_serial": "1"}, "meter_digits", "required"),
            (METER, "opening_readings", "opening_reading_missing"),
            (METER | {"opening_readings": "T1=0", "multiplier": "0"}, "multiplier", "not_positive"),
        ],
    )  # fmt: skip
    def test_tells_the_row_column_and_reason_and_takes_the_others(
        self, client: Any, ours: Enterprise, row: dict[str, str], column: str, code: str
    ) -> None:
        job = imported(client, ours, filled(client, row, IVO))

        [error] = JobRowError.objects.filter(job=job)
        assert (error.row_no, error.field, error.code) == (2, column, code)
        assert counted() == [1, 1, 1, 1]

    def test_refuses_a_second_name_under_one_number_and_a_second_holder_of_a_point(
        self, client: Any, ours: Enterprise
    ) -> None:
        job = imported(
            client,
            ours,
            filled(
                client,
                {},
                {"name": "Somebody Else", "service_point": "SP-9"},
                {"external_number": "80", "name": "Ivo", "agreement_from": "2026-02-01"},
            ),
        )

        errors = JobRowError.objects.filter(job=job).order_by("row_no")
        assert list(errors.values_list("row_no", "code")) == [
            (3, "account_of_another"),
            (4, "service_point_occupied"),
        ]
        assert counted() == [1, 1, 1, 1]

    def test_tells_the_reason_in_the_language_of_the_reader(self, client: Any, ours: Enterprise) -> None:
        job = imported(client, ours, filled(client, {"branch": "X"}))

        told = {
            language: client.get(f"/api/v1/jobs/{job.id}/errors", headers={"Accept-Language": language}).json()
            for language in ("en", "uk", "bs")
        }

        assert {language: answer["results"][0]["detail"] for language, answer in told.items()} == {
            "en": "X is not a known branch",
            "uk": "X: такий код (branch) невідомий",
            "bs": "X: takva šifra (branch) nije poznata",
        }

    @pytest.mark.parametrize(
        ("content", "reason", "row"),
        [
            (b"", None, None),
            (b"name;kind\r\nAna;INDIVIDUAL\r\n", "column_missing", None),
            (b'{header}\r\n"77;Ana\r\n', "broken_quoting", 2),
        ],
    )
    def test_refuses_a_malformed_file_as_a_whole(
        self, client: Any, ours: Enterprise, content: bytes, reason: str | None, row: int | None
    ) -> None:
        answer = send(client, ours, content.replace(b"{header}", ";".join(header(client)).encode()))

        if reason is None:
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/file")
            return
        job = run_job_now(answer.json()["id"])
        assert (job.state, f"reason={reason}" in job.failure) == ("FAILED", True)
        error = JobRowError.objects.get(job=job)
        assert (error.code, error.row_no) == (reason, row or error.row_no)
        assert counted() == [0, 0, 0, 0]

    def test_needs_the_whole_legal_entity(self, ours: Enterprise) -> None:
        southern = client_of(make_operator(entity=ours.entity, branch=ours.south))

        answer = send(southern, ours, filled(southern, {}))

        assert answer.status_code == 404
        assert not Party.objects.exists()

    def test_is_started_once_by_one_key(self, client: Any, ours: Enterprise) -> None:
        content = filled(client, {})

        first, again = send(client, ours, content), send(client, ours, content)
        other = send(client, ours, content + b"\r\n")
        without = client.post(ADDRESS, {}, format="multipart")

        assert first.json()["id"] == again.json()["id"]
        assert (other.status_code, without.status_code) == (422, 400)
        assert Job.objects.filter(kind="agreements.import_customers").count() == 1
