"""Single calls against a real server: killed between commit and answer, many at once, a file in between."""

import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from rachun.apps.usage.services import call_key, take_call_keys
from tests.apps.identity.makers import PASSWORD, make_operator
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

from tests.faults.client import Answer, Client, signed_in
from tests.faults.conftest import Place
from tests.faults.processes import eventually, running_server

pytestmark = [pytest.mark.real]
CALLS = "/api/v1/calls"
PHONE, CALLED = "380432550909", "380671234567"
AT_ONCE = 12


@pytest.fixture(scope="module")
def source(place: Place) -> UsageSource:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    make_subscriber(branch=branch, number=PHONE)
    make_operator(entity=branch.legal_entity, login="exchange-1")
    return make_source(legal_entity=branch.legal_entity)


@pytest.fixture(scope="module")
def api(place: Place, source: UsageSource) -> Iterator[Client]:
    with running_server(place.environment) as (_process, address):
        yield signed_in(address, login="exchange-1", password=PASSWORD)


def call_of(source: UsageSource, **changes: Any) -> dict[str, Any]:
    call = {"calling": PHONE, "called": CALLED, "started_at": "2026-01-05T10:00:00+02:00", "duration_s": 61}
    return {"source_id": str(source.id), **call, "record_key": uuid4().hex, **changes}


def kept(call: dict[str, Any]) -> list[int]:
    found = UsageRecord.objects.filter(source_id=call["source_id"], raw__contains=call["record_key"])
    return list(found.values_list("record_no", flat=True))


def at_once(client: Client, calls: list[Any]) -> list[Answer]:
    answers: dict[int, Answer] = {}
    gate = threading.Barrier(len(calls))

    def send(place: int, call: Any) -> None:
        gate.wait()
        answers[place] = client.post(CALLS, call, key=uuid4().hex)

    threads = [threading.Thread(target=send, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[place] for place in range(len(calls))]


class TestLostAnswer:
    def test_of_a_killed_server_is_given_again_and_the_call_kept_once(self, place: Place, source: UsageSource) -> None:
        call, key = call_of(source), uuid4().hex
        with running_server(place.environment) as (process, address):
            before = signed_in(address, login="exchange-1", password=PASSWORD)
            line = before.post_and_leave(CALLS, call, key=key)
            eventually(lambda: kept(call), every_s=0.001, told=process.told)
            process.kill()
            line.close()

        with running_server(place.environment) as (_process, address):
            client = Client(address=address, token=before.token)
            again = client.post(CALLS, call, key=key)
            by_other_key = client.post(CALLS, call, key=uuid4().hex)

        assert (again.status, kept(call)) == (HTTPStatus.CREATED, [again.json()["record_no"]])
        assert again.headers["Idempotency-Replayed"] == "true"
        assert (by_other_key.status, by_other_key.json()["is_known"]) == (HTTPStatus.OK, True)


class TestManyAtOnce:
    def test_are_each_answered_with_their_own(self, api: Client, source: UsageSource) -> None:
        calls = [call_of(source, duration_s=seconds) for seconds in range(1, AT_ONCE + 1)]

        answers = at_once(api, calls)

        assert {answer.status for answer in answers} == {HTTPStatus.CREATED}
        assert [answer.json()["record_no"] for answer in answers] == [kept(call)[0] for call in calls]
        batch = UsageBatch.objects.get(id=answers[0].json()["batch_id"])
        assert batch.added_count == UsageRecord.objects.filter(load_key=batch.id).count()

    def test_a_wrong_one_fails_alone(self, api: Client, source: UsageSource) -> None:
        calls: list[Any] = [call_of(source) for _ in range(AT_ONCE)]
        calls[3] = {**calls[3], "duration_s": -1}
        calls[7] = {**calls[7], "source_id": str(uuid4())}

        statuses = [answer.status for answer in at_once(api, calls)]

        assert (statuses.pop(7), statuses.pop(3)) == (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)
        assert set(statuses) == {HTTPStatus.CREATED}

    def test_with_one_key_have_one_effect(self, api: Client, source: UsageSource) -> None:
        call, key = call_of(source), uuid4().hex
        answers: list[Answer] = []
        threads = [
            threading.Thread(target=lambda: answers.append(api.post(CALLS, call, key=key))) for _ in range(AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert {answer.status for answer in answers} <= {HTTPStatus.CREATED, HTTPStatus.CONFLICT}
        assert len(kept(call)) == 1

    def test_are_not_held_up_by_a_file_that_holds_one_of_them(self, api: Client, source: UsageSource) -> None:
        """The file's keys are taken and not committed: the call that it holds waits, the others do not."""
        held, others = call_of(source), [call_of(source) for _ in range(3)]
        answers: list[Answer] = []
        with transaction.atomic():
            key = call_key(record_key=held["record_key"], keyed_at=None)
            take_call_keys(source_id=source.id, batch_id=uuid4(), keys=[key])()
            waiting = threading.Thread(target=lambda: answers.append(api.post(CALLS, held, key=uuid4().hex)))
            waiting.start()
            told = at_once(api, others)
            assert not answers
            transaction.set_rollback(True)
        waiting.join()

        assert {answer.status for answer in [*told, *answers]} == {HTTPStatus.CREATED}
