"""The month through the API: who may do what, what is told, and whose bills are seen."""

import json
from typing import Any
from uuid import uuid4

import pytest
from rachun.apps.base.models import Job
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import Branch, Principal, SubscriberAccess
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator, make_subscriber
from tests.factories.billing import NOW, Town, bill_month, make_town, run_job, take_power, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")


def post(client: APIClient, path: str, body: dict[str, Any] | None = None, *, key: str = "") -> Any:
    return client.post(f"/api/v1/{path}", body or {}, format="json", headers={"Idempotency-Key": key or uuid4().hex})


def get(client: APIClient, path: str) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def january(town: Town) -> dict[str, Any]:
    return {
        "legal_entity_id": str(town.entity.id),
        "kind": "REGULAR",
        "period_from": "2026-01-01",
        "period_to": "2026-02-01",
        "document_date": "2026-02-01",
        "due_date": "2026-02-16",
    }


def work(answer: Any) -> None:
    assert answer.status_code == 202, answer.content
    job = run_job(Job.objects.get(id=answer.json()["id"]))
    assert job.state == Job.State.DONE, job.failure


class TestBillRunApi:
    def test_takes_an_operator_from_creation_to_bills(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")
        take_waste(town=town, members=None)
        client = client_of(make_operator(entity=town.entity))

        created = post(client, "bill-runs", january(town))
        assert created.status_code == 201, created.content
        path = f"bill-runs/{created.json()['id']}"
        work(post(client, f"{path}/calculate"))
        [parked] = get(client, f"{path}/parked")["results"]
        [draft] = get(client, f"{path}/drafts")["results"]
        sheet = get(client, f"{path}/control-sheet")
        assert post(client, f"{path}/approve").status_code == 200
        work(post(client, f"{path}/issue"))
        [bill] = get(client, "bills")["results"]
        whole = get(client, f"bills/{bill['id']}")
        postings = get(client, f"bills/{bill['id']}/postings")["results"]

        assert (parked["code"], draft["gross"], draft["previous_gross"]) == ("MISSING_ATTRIBUTE", "5.85", None)
        assert sheet["is_balanced"]
        assert (bill["account_number"], bill["gross"], bill["currency"]) == (account.number, "5.85", "BAM")
        assert [line["net"] for service in whole["services"] for line in service["lines"]] == ["5.00"]
        assert [row["amount"] for row in postings] == ["5.85", "5.00", "0.85"]

    def test_answers_the_same_key_with_the_same_run(self) -> None:
        town = make_town()
        client = client_of(make_operator(entity=town.entity))

        first, again = (post(client, "bill-runs", january(town), key="january-2026") for _ in range(2))

        assert first.json()["id"] == again.json()["id"]
        assert post(client, "bill-runs", january(town)).json()["code"] == "bill_run_already_exists"

    def test_tells_a_reason_in_the_readers_language(self) -> None:
        town = make_town()
        take_waste(town=town, members=None)
        client = client_of(make_operator(entity=town.entity))
        run = post(client, "bill-runs", january(town)).json()
        work(post(client, f"bill-runs/{run['id']}/calculate"))

        reasons = {
            language: client.get(f"/api/v1/bill-runs/{run['id']}/parked", headers={"Accept-Language": language}).json()[
                "results"
            ][0]["reason"]
            for language in ("uk", "bs", "en")
        }

        assert reasons["en"].startswith("The agreement has no value for “household members” on 01.0")
        assert len(set(reasons.values())) == 3

    def test_prints_a_bill_on_request(self) -> None:
        town = make_town()
        take_waste(town=town, members="2")
        bill_month(town=town)
        client = client_of(make_operator(entity=town.entity))
        [bill] = get(client, "bills")["results"]

        answer = client.get(f"/api/v1/bills/{bill['id']}/document?language=bs")

        assert answer.status_code == 200, answer.content
        assert answer.content.startswith(b"%PDF")

    def test_asks_as_many_queries_for_many_bills_as_for_few(self, django_assert_max_num_queries: Any) -> None:
        town = make_town()
        for _ in range(6):
            take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "5"})
        bill_month(town=town)
        client = client_of(make_operator(entity=town.entity))

        with django_assert_max_num_queries(12):
            assert get(client, "bills")["count"] == 6


class TestWhoSeesBills:
    @pytest.fixture
    def town(self) -> Town:
        made = make_town()
        take_waste(town=made, members="2")
        take_waste(town=made, members="3")
        bill_month(town=made)
        return made

    def test_an_operator_of_another_entity_sees_none(self, town: Town) -> None:
        other = client_of(make_operator(entity=make_town().entity))

        assert get(other, "bills")["count"] == 0
        assert get(other, "bill-runs")["count"] == 0
        assert get(other, "entries")["count"] == 0

    def test_an_operator_of_another_branch_sees_none(self, town: Town) -> None:
        far = Branch.objects.create(legal_entity=town.entity, code="FAR", name="Far", updated_at=NOW)

        assert get(client_of(make_operator(entity=town.entity, branch=far)), "bills")["count"] == 0

    def test_a_subscriber_sees_the_own_bills_only(self, town: Town) -> None:
        own = Account.objects.order_by("number").first()
        assert own is not None
        subscriber: Principal = make_subscriber()
        SubscriberAccess.objects.create(principal=subscriber, account_id=own.id, granted_at=NOW)
        client = client_of(subscriber)

        [bill] = get(client, "own/bills")["results"]

        assert bill["account_id"] == str(own.id)
        assert get(client, f"own/accounts/{own.id}/balance")["balance"] == "5.85"
        assert client.get("/api/v1/bills").status_code == 403


class TestMoneyApi:
    def test_records_a_receipt_and_tells_the_statement(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")
        bill_month(town=town)
        client = client_of(make_operator(entity=town.entity))
        told = {
            "legal_entity_id": str(town.entity.id),
            "account_number": account.number,
            "amount": "6.00",
            "currency": "BAM",
            "value_date": "2026-02-10",
            "channel": "CASH",
            "external_key": "till 1",
        }

        receipt = post(client, "receipts", told)
        other = post(client, "receipts", {**told, "amount": "7.00"})

        assert (receipt.status_code, receipt.json()["amount"]) == (201, "6.00")
        assert (other.status_code, other.json()["code"]) == (409, "receipt_key_reused")
        assert get(client, f"accounts/{account.id}/balance")["balance"] == "-0.15"
        statement = get(client, f"accounts/{account.id}/statement?start=2026-02-01&end=2026-03-01")
        assert [line["balance"] for line in statement["lines"]] == ["5.85", "-0.15"]
        entry = get(client, "entries?source_kind=RECEIPT")["results"][0]
        assert [row["amount"] for row in get(client, f"entries/{entry['id']}")["postings"]] == ["5.85", "0.15"]
        assert {item["balance"] for item in get(client, "open-items")["results"]} == {"0.00", "-0.15"}

    def test_closes_and_reopens_a_month_with_a_reason(self) -> None:
        town = make_town()
        client = client_of(make_operator(entity=town.entity))
        month = {"legal_entity_id": str(town.entity.id), "area": "SALES", "month": "2026-02-01"}

        assert post(client, "accounting-periods/close", month).json()["state"] == "CLOSED"
        assert post(client, "accounting-periods/close", month).json()["code"] == "period_already_closed"
        assert post(client, "accounting-periods/reopen", {**month, "reason": "late file"}).json()["state"] == "OPEN"
