"""S-18, S-20: what the processes write holds no name, number, password or token, whatever was asked of them."""

import json
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from rachun.apps.base.models import Job
from tests.apps.identity.makers import PASSWORD, make_branch, make_entity, make_operator

from tests.faults.client import Client, signed_in
from tests.faults.conftest import Place
from tests.faults.processes import eventually, running_scheduler, running_server, running_worker

pytestmark = [pytest.mark.real]
# Each stands for one kind of what people are known by, and occurs nowhere in the product.
NAME, FIRM_NAME = "Tihomir-Zurnalic", "Ćutljiva Žurnalija"
PHONE, EMAIL, TAX_ID, LOGIN = "+38761907653", "tiho.zurnal@example.org", "4209076530009", "tihi.zurnal"
GUESS = "a-guess-of-a-password-9"
PEOPLE = (NAME, FIRM_NAME, PHONE, PHONE[1:], EMAIL, TAX_ID, LOGIN, PASSWORD, GUESS)


@pytest.fixture(scope="module")
def written(place: Place) -> dict[str, str]:
    """What each process wrote while people did what they do, rightly and wrongly; and the tokens that went around."""
    entity = make_entity(code="TIHO")
    branch = make_branch(entity=entity)
    make_operator(entity=entity, login=LOGIN)
    with (
        running_scheduler(place.environment) as scheduler,
        running_worker(place.environment) as worker,
        running_server(place.environment) as (server, address),
    ):
        tokens = work(place=place, address=address, branch_id=str(branch.id), entity_id=str(entity.id))
        told = {"server": server.told(), "worker": worker.told(), "scheduler": scheduler.told()}
    return {**told, "tokens": " ".join(tokens)}


def work(*, place: Place, address: str, branch_id: str, entity_id: str) -> list[str]:
    stranger = Client(address=address)
    wrong = stranger.post("/api/v1/auth/login", {"login": LOGIN, "password": GUESS, "mode": "body"})
    assert wrong.status == HTTPStatus.UNAUTHORIZED
    api = signed_in(address, login=LOGIN, password=PASSWORD)
    party = party_of(branch_id)
    assert api.post("/api/v1/parties", party, key=uuid4().hex).status == HTTPStatus.CREATED
    operator = {"login": LOGIN, "password": PASSWORD, "full_name": NAME, "email": EMAIL, "language": "bs"}
    operator |= {"assignments": [{"role": "cashier", "legal_entity_id": entity_id, "branch_id": None}]}
    taken = api.post("/api/v1/operators", operator, key=uuid4().hex)
    assert taken.status == HTTPStatus.CONFLICT, taken.body
    for path in (
        f"/api/v1/search?q={NAME}",
        f"/api/v1/parties?name={NAME}",
        f"/api/v1/parties/{NAME}",
        f"/nowhere/{NAME}",
    ):
        api.get(path)
    api.ask(
        "GET",
        "/api/v1/me",
        headers=api.headers(**{"X-Request-ID": f"{NAME} {EMAIL}", "User-Agent": NAME, "Cookie": f"n={NAME}"}),
    )
    api.ask("POST", "/api/v1/parties", body=f'{{"name": "{NAME}", '.encode())
    api.post("/api/v1/parties", {**party, "language": NAME, "surprise": PHONE}, key=uuid4().hex)
    upload(api, path="/api/v1/customer-imports", entity_id=entity_id)
    with place.without_database():
        gone = api.post("/api/v1/parties", party, key=uuid4().hex)
        assert gone.status == HTTPStatus.SERVICE_UNAVAILABLE
    return [api.token, api.token.rpartition(".")[2]]


def party_of(branch_id: str) -> dict[str, Any]:
    points = [
        {"kind": "EMAIL", "value": EMAIL},
        {"kind": "PHONE", "value": PHONE},
    ]
    return {
        "branch_id": branch_id,
        "kind": "LEGAL_ENTITY",
        "name": FIRM_NAME,
        "language": "bs",
        "tax_id": TAX_ID,
        "vat_id": "",
        "contact_points": points,
    }


def upload(api: Client, *, path: str, entity_id: str) -> None:
    """A file of customers with one row that cannot be taken; its job is waited for."""
    row = f"77;INDIVIDUAL;{NAME};{TAX_ID};bs;{EMAIL};{PHONE};NO-SUCH-BRANCH;Tuzla;Rudarska;1;;75000;WATER;NO-PLAN"
    header = "external_number;kind;name;tax_id;language;email;phone;branch;settlement;street;building;unit;postcode"
    header += ";service;tariff_plan"
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="legal_entity_id"\r\n\r\n{entity_id}\r\n',
        (
            f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{NAME}.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{header}\r\n{row}\r\n\r\n--edge--\r\n"
        ),
    ]
    headers = api.headers(**{"Content-Type": "multipart/form-data; boundary=edge", "Idempotency-Key": uuid4().hex})
    answer = api.ask("POST", path, body="".join(parts).encode(), headers=headers)
    assert answer.status == HTTPStatus.ACCEPTED, answer.body
    job = Job.objects.filter(id=answer.json()["id"])
    eventually(lambda: job.exclude(state__in=(Job.State.PENDING, Job.State.RUNNING)).exists())


class TestLogs:
    @pytest.mark.parametrize("process", ["server", "worker", "scheduler"])
    def test_name_nobody(self, written: dict[str, str], process: str) -> None:
        lines = written[process].splitlines()

        assert [line for line in lines for word in PEOPLE if word in line] == []

    @pytest.mark.parametrize("process", ["server", "worker", "scheduler"])
    def test_hold_no_token(self, written: dict[str, str], process: str) -> None:
        assert [token for token in written["tokens"].split() if token in written[process]] == []

    def test_tell_what_happened_all_the_same(self, written: dict[str, str]) -> None:
        events = [json.loads(line) for line in written["server"].splitlines() if line.startswith("{")]

        asked = [(event["method"], event["status"]) for event in events if event["event"] == "request"]
        assert {("POST", 201), ("POST", 409), ("POST", 401), ("POST", 503), ("GET", 404)} <= set(asked)
        assert all(event["request_id"] for event in events if event["event"] == "request")
