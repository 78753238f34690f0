import csv
import io
from typing import Any

import pytest
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.models import AuditRow, Job
from rest_framework.test import APIClient
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator
from tests.factories import customers as a

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


@pytest.fixture
def client(ours: Enterprise) -> APIClient:
    return client_of(make_operator(entity=ours.entity))


def ask(client: APIClient, address: str, *, form: str = "CSV", columns: Any = (), key: str = "export-0001") -> Any:
    body = {"address": address, "format": form, "name": "accounts", "columns": list(columns)}
    return client.post("/api/v1/exports", body, format="json", headers={"Idempotency-Key": key})


def rows_of(client: APIClient, answer: Any) -> list[list[str]]:
    assert answer.status_code == 202, answer.content
    assert run_job_now(answer.data["id"]).state == Job.State.DONE
    file = client.get(f"/api/v1/exports/{answer.data['id']}/file")
    assert file["Content-Disposition"] == 'attachment; filename="accounts.csv"'
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))


class TestAnExport:
    def test_holds_exactly_the_filtered_rows_over_all_pages(self, client: APIClient, ours: Enterprise) -> None:
        holder = a.party(branch=ours.north, name="Many Accounts")
        wanted = [a.account(branch=ours.north, holder=holder).number for _ in range(203)]
        a.account(branch=ours.north)
        columns = [{"field": "number", "title": "Рахунок"}, {"field": "party_name", "title": "Абонент"}]

        answer = ask(client, f"/api/v1/accounts?party_id={holder.id}&page=7", columns=columns)

        header, *rows = rows_of(client, answer)
        assert header == ["Рахунок", "Абонент"]
        assert sorted(number for number, _name in rows) == sorted(wanted)
        assert {name for _number, name in rows} == {"Many Accounts"}

    def test_says_codes_in_the_words_that_were_sent_along_and_parts_of_parts(
        self, client: APIClient, ours: Enterprise
    ) -> None:
        a.party(branch=ours.north, name="Abc", kind="LEGAL_ENTITY")
        words = {"LEGAL_ENTITY": "Юридична особа", "false": "Ні"}
        columns = [{"field": name, "title": name, "words": words} for name in ("kind", "is_estate", "language")]

        [_header, row] = rows_of(client, ask(client, "/api/v1/parties?name=Abc", columns=columns))

        assert row == ["Юридична особа", "Ні", "uk"]

    def test_holds_what_the_one_who_asks_may_see(self, ours: Enterprise) -> None:
        northern, southern = a.account(branch=ours.north), a.account(branch=ours.south)
        client = client_of(make_operator(entity=ours.entity, branch=ours.south))

        content = str(rows_of(client, ask(client, "/api/v1/accounts")))

        assert southern.number in content
        assert northern.number not in content

    def test_is_for_nobody_without_the_list(self, ours: Enterprise) -> None:
        accountant = client_of(make_operator(entity=ours.entity, role="accountant"))

        assert ask(accountant, "/api/v1/audit-rows").status_code == 403

    def test_is_fetched_by_the_one_who_asked_and_nobody_else(self, client: APIClient, ours: Enterprise) -> None:
        answer = ask(client, "/api/v1/accounts")
        run_job_now(answer.data["id"])

        other = client_of(make_operator(entity=ours.entity))

        assert other.get(f"/api/v1/exports/{answer.data['id']}/file").status_code == 404

    def test_is_audited_with_its_filters(self, client: APIClient) -> None:
        ask(client, "/api/v1/accounts?name=Abc")

        row = AuditRow.objects.get(operation="downloadList")

        assert row.after == {"list": "listAccounts", "address": "/api/v1/accounts?name=Abc", "format": "CSV", "rows": 0}

    def test_can_be_a_workbook(self, client: APIClient, ours: Enterprise) -> None:
        a.account(branch=ours.north)
        answer = ask(client, "/api/v1/accounts", form="XLSX")
        run_job_now(answer.data["id"])

        content = client.get(f"/api/v1/exports/{answer.data['id']}/file").content

        assert content.startswith(b"PK")

    @pytest.mark.parametrize(
        "address", ["/api/v1/me", "/api/v1/nowhere", "/api/v1/bills/00000000-0000-0000-0000-000000000000", "/ready"]
    )
    def test_is_of_a_list_only(self, client: APIClient, address: str) -> None:
        answer = ask(client, address)

        assert (answer.status_code, answer.data["errors"][0]["pointer"]) == (400, "/address")

    def test_with_a_filter_that_the_list_refuses_is_refused(self, client: APIClient) -> None:
        assert ask(client, "/api/v1/accounts?party_id=x").status_code == 400
