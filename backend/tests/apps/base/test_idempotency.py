"""The same key: one effect and one answer, whatever happens in between (I-07)."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.errors import Refused
from rachun.apps.base.events import publish
from rachun.apps.base.models import IdempotencyRecord, OutboxRow
from rachun.apps.base.transactions import use_case
from rachun.apps.identity.models import Principal
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView
from tests.apps.identity.makers import make_subscriber


@use_case
def pay(*, amount: str, topic: str) -> str:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Paid:
        amount: str

    return str(publish(Paid(amount), topic=topic).id)


class PayView(APIView):
    operations = {"post": "testPay"}
    permission_classes = ()
    throttle_classes = ()

    @idempotent
    def post(self, request: Request) -> Response:
        row = pay(amount=request.data["amount"], topic=request.data["topic"])
        if request.data["amount"] == "0":
            raise Refused
        return Response({"id": row}, status=201)


def send(principal: Principal, *, key: str | None, amount: str = "5.00", topic: str, view: Any = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    request = APIRequestFactory().post("/test", {"amount": amount, "topic": topic}, headers=headers)
    force_authenticate(request, principal)
    return (view or PayView).as_view()(request)


class TestIdempotentPost:
    def test_gives_the_same_answer_for_one_effect(self, fresh_database: str) -> None:
        payer, topic = make_subscriber(), uuid4().hex

        first = send(payer, key="key-0001", topic=topic)
        second = send(payer, key="key-0001", topic=topic)

        assert first.status_code == second.status_code == 201
        assert first.data == second.data
        assert second["Idempotency-Replayed"] == "true"
        assert OutboxRow.objects.filter(topic=topic).count() == 1

    def test_refuses_the_key_for_another_body(self, fresh_database: str) -> None:
        payer, topic = make_subscriber(), uuid4().hex
        send(payer, key="key-0001", topic=topic)

        other = send(payer, key="key-0001", amount="6.00", topic=topic)

        assert (other.status_code, other.data["code"]) == (422, "idempotency_key_reused")

    def test_wants_a_key(self, fresh_database: str) -> None:
        assert send(make_subscriber(), key=None, topic="t").status_code == 400

    def test_does_not_mix_up_two_principals(self, fresh_database: str) -> None:
        topic = uuid4().hex
        for payer in (make_subscriber(), make_subscriber()):
            assert send(payer, key="key-0001", topic=topic).status_code == 201

        assert OutboxRow.objects.filter(topic=topic).count() == 2

    def test_keeps_nothing_of_a_refusal(self, fresh_database: str) -> None:
        payer, topic = make_subscriber(), uuid4().hex

        assert send(payer, key="key-0001", amount="0", topic=topic).status_code == 422
        assert not OutboxRow.objects.filter(topic=topic).exists()
        assert not IdempotencyRecord.objects.exists()

    def test_sent_by_twenty_at_once_has_one_effect(self, fresh_database: str) -> None:
        payer, topic = make_subscriber(), uuid4().hex
        statuses: list[int] = []

        def one() -> None:
            statuses.append(send(payer, key="key-0001", topic=topic).status_code)
            connection.close()

        threads = [threading.Thread(target=one) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert OutboxRow.objects.filter(topic=topic).count() == 1
        assert set(statuses) <= {201, 409}

    def test_is_refused_while_the_first_is_under_way(self, fresh_database: str) -> None:
        """Two connections: the first has done its work, but not committed yet."""
        payer, topic = make_subscriber(), uuid4().hex
        is_working, may_end = threading.Event(), threading.Event()

        class SlowView(PayView):
            operations = {"post": "testPay"}

            @idempotent
            def post(self, request: Request) -> Response:
                row = pay(amount=request.data["amount"], topic=request.data["topic"])
                is_working.set()
                assert may_end.wait(timeout=30)
                return Response({"id": row}, status=201)

        answers: list[Any] = []

        def first() -> None:
            answers.append(send(payer, key="key-0001", topic=topic, view=SlowView))
            connection.close()

        thread = threading.Thread(target=first)
        thread.start()
        assert is_working.wait(timeout=30)
        early = send(payer, key="key-0001", topic=topic)
        may_end.set()
        thread.join(timeout=30)
        late = send(payer, key="key-0001", topic=topic)

        assert (early.status_code, early.data["code"]) == (409, "idempotency_in_flight")
        assert (late.status_code, late.data) == (201, answers[0].data)
        assert OutboxRow.objects.filter(topic=topic).count() == 1


class TestUseCase:
    def test_is_refused_inside_a_foreign_transaction(self, fresh_database: str) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            pay(amount="1", topic="t")
