"""The whole month of both enterprises as a program does it: sign in, upload, run, fetch the bill on paper."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from rachun.apps.base.models import Job
from rachun.apps.documents.rendering.payment_codes import read_desk_code
from rachun.apps.identity.models import BankAccount
from rachun.apps.identity.services.principals import Assignment, add_operator
from rachun.apps.usage.models import UsageSource
from rachun.formats.csv_out import write_csv
from tests.apps.documents.pages import latest_page_pixels

from tests.scenarios.runner import call_line, done
from tests.scenarios.test_scenarios import FOLDERS, read
from tests.scenarios.world import CALLS, ProductWorld, make_world

PASSWORD = "a-long-enough-password"
IBANS = {"BA": "BA399990010000000196", "UA": "UA739999990000026000000000001"}
PLAIN_MONTH, CALL_MONTH = FOLDERS[0], FOLDERS[6]


class Api:
    """A program that knows addresses, a token and nothing of Django."""

    def __init__(self, *, login: str) -> None:
        self.client = Client()
        told = self.post("/api/v1/auth/login", {"login": login, "password": PASSWORD, "mode": "body"}, status=200)
        self.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {told['access']}"

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, status: int) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = self.client.post(path, json.dumps(body or {}), content_type="application/json", headers=headers)
        assert answer.status_code == status, answer.content
        told: dict[str, Any] = answer.json()
        return told

    def upload(self, path: str, *, name: str, content: bytes, **fields: str) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid4())}
        parts = {**fields, "file": SimpleUploadedFile(name, content)}
        answer = self.client.post(path, parts, headers=headers)
        assert answer.status_code == 202, answer.content
        told: dict[str, Any] = answer.json()
        return told

    def get(self, path: str, **query: str) -> Any:
        answer = self.client.get(path, query)
        assert answer.status_code == 200, answer.content
        return answer.json() if answer["Content-Type"] == "application/json" else answer.content

    def work(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """What a worker would do; then ask how it went."""
        done(Job.objects.get(id=UUID(str(job["id"]))))
        told: dict[str, Any] = self.get(f"/api/v1/jobs/{job['id']}")
        assert told["state"] == "DONE"
        return told

    def bill(self, *, world: ProductWorld, start: date, end: date) -> list[dict[str, Any]]:
        """Create, calculate, look at the control sheet, approve, issue; the bills of the run."""
        new = {
            "legal_entity_id": str(world.entity.id),
            "kind": "REGULAR",
            "period_from": start.isoformat(),
            "period_to": end.isoformat(),
            "document_date": end.isoformat(),
            "due_date": end.replace(day=20).isoformat(),
        }
        run = self.post("/api/v1/bill-runs", new, status=201)
        path = f"/api/v1/bill-runs/{run['id']}"
        self.work(self.post(f"{path}/calculate", status=202))
        assert self.get(f"{path}/control-sheet")["is_balanced"] is True
        self.post(f"{path}/approve", status=200)
        self.work(self.post(f"{path}/issue", status=202))
        assert self.get(path)["state"] == "ISSUED"
        bills: list[dict[str, Any]] = self.get("/api/v1/bills", run_id=run["id"])["results"]
        return bills


@pytest.fixture
def world(request: pytest.FixtureRequest, fresh_database: str) -> ProductWorld:
    """An enterprise of a scenario with a bank account and one operator."""
    made = make_world(scenario=read(request.param, "scenario.yaml"))
    made.entity.tax_number = "99000005"  # the National Bank's code names whom the money goes to
    with transaction.atomic():
        made.entity.save()
        BankAccount.objects.create(
            legal_entity=made.entity,
            iban=IBANS[made.entity.country_pack],
            bank_name="Example bank",
            currency=made.currency,
        )
        add_operator(
            login="obracun",
            password=PASSWORD,
            full_name="Đenana Uzorić",
            language="en",
            assignments=[Assignment(role="billing_operator", legal_entity_id=made.entity.id)],
        )
    return made


class TestMonthOverTheApi:
    @pytest.mark.parametrize("world", [PLAIN_MONTH], indirect=True, ids=["komunalno"])
    def test_turns_a_file_of_readings_into_a_bill_on_paper(self, world: ProductWorld) -> None:
        api = Api(login="obracun")
        header = ("meter_serial", "register", "read_date", "value", "kind")
        rows = [
            (row["meter"], row["register"], row["read_date"].isoformat(), row["value"], row["kind"])
            for row in world.scenario["readings"]["all"]
        ]
        entity = str(world.entity.id)
        file = write_csv(header=header, rows=rows)

        job = api.upload(
            "/api/v1/reading-imports", name="january.csv", content=file, legal_entity_id=entity, format="readings"
        )
        assert api.work(job)["counts"]["added"] == len(rows)
        [bill] = api.bill(world=world, start=date(2026, 1, 1), end=date(2026, 2, 1))

        assert bill["gross"] == "137.71"  # 01-plain-month/WORKING.md
        [code] = set(paper_codes(api, bill))
        payment = read_desk_code(content=code)
        assert (payment.reference, payment.amount_minor) == (bill["account_number"].zfill(10), 13771)

    @pytest.mark.parametrize("world", [CALL_MONTH], indirect=True, ids=["telekom"])
    def test_turns_a_file_of_calls_into_a_bill_on_paper(self, world: ProductWorld) -> None:
        api = Api(login="obracun")
        file = "".join(call_line(row) for row in world.scenario["call_files"]["january"]).encode()
        source = UsageSource.objects.get(legal_entity=world.entity, code=CALLS)

        job = api.upload("/api/v1/usage-batches", name="january.txt", content=file, source_id=str(source.id))
        assert api.work(job)["counts"]["added"] == 4
        bills = api.bill(world=world, start=date(2026, 1, 1), end=date(2026, 2, 1))

        assert sorted(bill["gross"] for bill in bills) == ["481.70", "829.20"]  # 07-late-and-duplicate-calls/WORKING.md
        assert any(code.startswith("https://") for code in paper_codes(api, bills[0]))


def paper_codes(api: Api, bill: Mapping[str, Any]) -> list[str]:
    """What a phone reads from the slip."""
    pdf = api.get(f"/api/v1/bills/{bill['id']}/document")
    assert pdf.startswith(b"%PDF-")
    pixels = latest_page_pixels(pdf=pdf, dots_per_inch=200)
    return [found.text for found in zxingcpp.read_barcodes(pixels)]
