"""The API process over real sockets: lost answers, many at once, watched jobs, and what it says when a part is gone."""

import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from rachun.apps.base.models import IdempotencyRecord, Job
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.customers.models import Account
from rachun.apps.payments.models import Receipt
from tests.apps.identity.makers import PASSWORD, make_operator
from tests.factories.billing import NOW, Town, make_run, make_town, take_waste

from tests.faults.client import Answer, Client, eventually_answers, signed_in
from tests.faults.conftest import Place
from tests.faults.processes import eventually, running_server, running_worker

pytestmark = [pytest.mark.real]
AT_ONCE = 20
RECEIPTS = "/api/v1/receipts"


@pytest.fixture(scope="module")
def town(place: Place) -> Town:
    return make_town()


@pytest.fixture(scope="module")
def account(town: Town) -> Account:
    return take_waste(town=town, members="2")


@pytest.fixture(scope="module")
def login(town: Town) -> str:
    make_operator(entity=town.entity, login="till-1")
    return "till-1"


@pytest.fixture(scope="module")
def api(place: Place, login: str) -> Iterator[Client]:
    with running_server(place.environment) as (_process, address):
        yield signed_in(address, login=login, password=PASSWORD)


def receipt_of(account: Account) -> dict[str, Any]:
    """Another slip each time."""
    return {
        "legal_entity_id": str(account.legal_entity_id),
        "account_number": account.number,
        "amount": "12.50",
        "currency": "BAM",
        "value_date": "2026-01-15",
        "channel": "CASH",
        "external_key": uuid4().hex,
    }


def kept(slip: dict[str, Any]) -> list[str]:
    found = Receipt.objects.filter(external_key=slip["external_key"])
    return [str(receipt_id) for receipt_id in found.values_list("id", flat=True)]


class TestLostAnswer:
    def test_is_given_again_after_the_server_was_killed(self, place: Place, account: Account, login: str) -> None:
        slip, key = receipt_of(account), uuid4().hex
        with running_server(place.environment) as (process, address):
            before = signed_in(address, login=login, password=PASSWORD)
            line = before.post_and_leave(RECEIPTS, slip, key=key)
            eventually(lambda: kept(slip), every_s=0.001, told=process.told)
            process.kill()
            line.close()

        with running_server(place.environment) as (_process, address):
            again = Client(address=address, token=before.token).post(RECEIPTS, slip, key=key)

        assert (again.status, kept(slip)) == (HTTPStatus.CREATED, [again.json()["id"]])
        assert again.headers["Idempotency-Replayed"] == "true"

    def test_is_given_again_to_a_client_that_hung_up(self, api: Client, account: Account) -> None:
        slip, key = receipt_of(account), uuid4().hex
        api.post_and_leave(RECEIPTS, slip, key=key).close()

        again = eventually(lambda: (found := api.post(RECEIPTS, slip, key=key)).status == 201 and found)

        assert kept(slip) == [again.json()["id"]]
        assert IdempotencyRecord.objects.filter(key=key).count() == 1


class TestOneKeyFromManyAtOnce:
    def test_has_one_effect_and_one_answer(self, api: Client, account: Account) -> None:
        slip, key = receipt_of(account), uuid4().hex

        answers = at_once(lambda: api.post(RECEIPTS, slip, key=key))

        assert {answer.status for answer in answers} <= {HTTPStatus.CREATED, HTTPStatus.CONFLICT}
        taken = [answer.json()["id"] for answer in answers if answer.status == HTTPStatus.CREATED]
        busy = [answer.json()["code"] for answer in answers if answer.status == HTTPStatus.CONFLICT]
        assert set(busy) <= {"idempotency_in_flight"}
        assert kept(slip) == [*set(taken)]

    def test_refuses_another_body(self, api: Client, account: Account) -> None:
        slip, key = receipt_of(account), uuid4().hex
        api.post(RECEIPTS, slip, key=key)

        other = api.post(RECEIPTS, {**slip, "amount": "99.00"}, key=key)

        assert (other.status, other.json()["code"]) == (422, "idempotency_key_reused")


def at_once(ask: Any) -> list[Answer]:
    answers: list[Answer] = []
    gate = threading.Barrier(AT_ONCE)

    def client() -> None:
        gate.wait()
        answers.append(ask())

    threads = [threading.Thread(target=client) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == AT_ONCE
    return answers


class TestWatchedJob:
    def test_is_told_until_its_end(self, place: Place, api: Client, town: Town, account: Account) -> None:
        job = start_calculation(run_id=make_run(town=town).id, known_until=NOW)
        events = api.events(f"/api/v1/jobs/{job.id}/events")
        first = next(events)
        with running_worker(place.environment):
            told = [first, *events]

        assert first["state"] == Job.State.PENDING
        assert told[-1]["state"] == Job.State.DONE
        assert (told[-1]["done"], told[-1]["total"]) == (1, 1)


class TestServerWithoutAPart:
    def test_says_so_while_the_database_is_gone_and_recovers(self, place: Place, api: Client) -> None:
        with place.without_database():
            gone = eventually_answers(api, "/ready", status=HTTPStatus.SERVICE_UNAVAILABLE)
            assert gone.json()["checks"] == {"database": False, "migrations": False, "valkey": True}
            assert api.get("/health").status == HTTPStatus.OK
            assert api.get(RECEIPTS).status == HTTPStatus.SERVICE_UNAVAILABLE

        eventually_answers(api, "/ready", status=HTTPStatus.OK)

    def test_says_so_while_valkey_is_gone_and_recovers(self, place: Place, api: Client, account: Account) -> None:
        place.valkey.kill()
        try:
            gone = api.get("/ready")
            assert (gone.status, gone.json()["checks"]["valkey"]) == (HTTPStatus.SERVICE_UNAVAILABLE, False)
            assert api.get("/health").status == HTTPStatus.OK
            assert api.post(RECEIPTS, receipt_of(account), key=uuid4().hex).status == HTTPStatus.CREATED
        finally:
            place.valkey.start()

        eventually_answers(api, "/ready", status=HTTPStatus.OK)

    def test_counts_what_it_answered(self, api: Client) -> None:
        api.get("/health")

        told = api.get("/metrics")

        assert told.status == HTTPStatus.OK
        assert b"rachun_requests_total{" in told.body
