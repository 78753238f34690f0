"""The short way of recordCall: what it answers, the long way would have answered alike."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rachun.apps.base.api.short_way import Answered, Asked, framed
from rachun.apps.base.models import AuditRow, IdempotencyRecord
from rachun.apps.identity.models import RolePermission
from rachun.apps.identity.services.sessions import revoke_all
from rachun.apps.rating.api.online import OnlineCalls, write_group
from rachun.apps.usage.models import UsageRecord
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

pytestmark = pytest.mark.django_db
KOVAL, MOBILE = "380432550101", "380671234567"
OF_EACH = {b"x-request-id", b"content-length"}


class Desk:
    """Items as OnlineCalls makes them of requests, written as one group in the test's own transaction."""

    def __init__(self) -> None:
        branch = make_telecom()
        make_price_table(legal_entity=branch.legal_entity)
        make_subscriber(branch=branch, number=KOVAL)
        self.entity = branch.legal_entity
        self.source = make_source(legal_entity=branch.legal_entity)
        self.principal = make_operator(entity=branch.legal_entity)
        self.client = client_of(self.principal)
        self._short = OnlineCalls()

    def body(self, **changes: Any) -> dict[str, Any]:
        call = {"calling": KOVAL, "called": MOBILE, "started_at": "2026-01-05T10:00:00+02:00", "duration_s": 61}
        return {"source_id": str(self.source.id), **call, **changes}

    def item(self, *, key: str = "", body: Any = None, **changes: Any) -> Any:
        told = self.body(**changes) if body is None else body
        headers = {
            b"authorization": self.client._credentials["HTTP_AUTHORIZATION"].encode(),
            b"content-type": b"application/json",
            b"idempotency-key": (key or uuid4().hex).encode(),
        }
        content = told if isinstance(told, bytes) else json.dumps(told).encode()
        asked = Asked(path="/api/v1/calls", headers=headers, body=content, origin="127.0.0.1", request_id="request-1")
        return self._short._item(asked)

    def write(self, *items: Any) -> list[Answered | None]:
        return write_group(items)

    def long_way(self, *, key: str = "", **changes: Any) -> Any:
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self.client.post("/api/v1/calls", self.body(**changes), format="json", headers=headers)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def told(answer: Answered | None) -> Any:
    assert answer is not None
    return json.loads(answer.body)


class TestAGroup:
    def test_is_kept_together_and_answered_one_by_one(self, desk: Desk) -> None:
        answers = desk.write(desk.item(), desk.item(called="15551234567"), desk.item(answered=False))

        assert [answer and answer.status for answer in answers] == [201, 201, 201]
        assert [(told(one)["state"], told(one)["reason"], told(one)["amount"]) for one in answers] == [
            ("RATED", "", "0.976000"),
            ("SUSPENDED", "NO_RATE", None),
            ("UNBILLABLE", "UNANSWERED", None),
        ]
        assert UsageRecord.objects.filter(source=desk.source).count() == 3
        [audit] = AuditRow.objects.filter(operation="recordCall")
        assert (audit.after["calls"], audit.principal_id, audit.request_id) == (3, desk.principal.id, "request-1")

    def test_keeps_a_call_that_comes_twice_in_it_once(self, desk: Desk) -> None:
        first, second = desk.write(desk.item(), desk.item())

        assert (first and first.status, second and second.status) == (201, 200)
        assert told(second) == {**told(first), "is_known": True}
        assert UsageRecord.objects.filter(source=desk.source).count() == 1

    def test_sends_the_second_use_of_a_key_the_long_way(self, desk: Desk) -> None:
        first, second = desk.write(desk.item(key="call-0001"), desk.item(key="call-0001"))

        assert (first and first.status, second) == (201, None)

    def test_answers_a_used_key_as_before(self, desk: Desk) -> None:
        [first] = desk.write(desk.item(key="call-0001"))
        [again] = desk.write(desk.item(key="call-0001"))
        [other] = desk.write(desk.item(key="call-0001", duration_s=62))

        assert again is not None
        assert (again.status, told(again)) == (201, told(first))
        assert again.headers == ((b"idempotency-replayed", b"true"),)
        assert other is None
        assert IdempotencyRecord.objects.filter(key="call-0001").count() == 1


class TestBothWays:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"called": "15551234567"},
            {"answered": False},
            {"record_key": "x"},
            {"started_at": "2026-01-05T08:00:00.5Z"},
        ],
    )
    def test_know_each_others_calls_and_keys(self, desk: Desk, changes: dict[str, Any]) -> None:
        [short] = desk.write(desk.item(key="call-0001", **changes))

        replayed = desk.long_way(key="call-0001", **changes)
        known = desk.long_way(**changes)

        assert short is not None
        assert (replayed.status_code, replayed.json()) == (short.status, told(short))
        assert (known.status_code, known.json()) == (200, {**told(short), "is_known": True})

    @pytest.mark.parametrize("language", ["uk", "bs", "en"])
    def test_answer_with_the_same_headers(self, desk: Desk, language: str) -> None:
        asked = [(b"host", b"testserver"), (b"accept-language", language.encode())]
        scope = {"type": "http", "method": "POST", "path": "/api/v1/calls", "query_string": b"", "scheme": "http"}

        frame = framed({**scope, "headers": asked, "client": ("127.0.0.1", 1)})

        desk.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        answer = desk.long_way()
        given = {name.lower().encode(): value.encode() for name, value in answer.items()}
        assert frame is not None
        assert dict(frame) == {name: value for name, value in given.items() if name not in OF_EACH}

    def test_refuse_a_host_that_is_not_ours(self, desk: Desk) -> None:
        scope = {"type": "http", "method": "POST", "path": "/api/v1/calls", "query_string": b"", "scheme": "http"}

        assert framed({**scope, "headers": [(b"host", b"elsewhere")], "client": ("127.0.0.1", 1)}) is None


class TestTheLongWay:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{",
            b'{"a": NaN}',
            b"\xff",
            {"calling": KOVAL},
            {"duration_s": True},
            {"duration_s": -1},
            {"duration_s": "61"},
            {"calling": ""},
            {"calling": " 1"},
            {"calling": "1\x00"},
            {"calling": "1" * 41},
            {"answered": 1},
            {"billable_s": None},
            {"started_at": "2026-01-05"},
            {"started_at": "2026-13-05T10:00:00Z"},
            {"started_at": "2026-01-05T10:00:00"},
            {"source_id": "1"},
            {"price": "0"},
        ],
    )
    def test_is_for_every_body_that_is_not_plain(self, desk: Desk, body: Any) -> None:
        content = body if isinstance(body, bytes) or body == {"calling": KOVAL} else desk.body(**body)

        assert desk.item(body=content) is None

    def test_is_for_a_session_that_was_just_ended(self, desk: Desk) -> None:
        [before] = desk.write(desk.item())
        revoke_all(principal_id=desk.principal.id, why="test", now=timezone.now())

        assert before is not None
        assert desk.write(desk.item()) == [None]

    def test_is_for_a_role_that_just_lost_the_operation(self, desk: Desk) -> None:
        RolePermission.objects.filter(operation_id="recordCall").delete()

        assert desk.write(desk.item()) == [None]

    def test_is_for_a_source_of_another_enterprise_and_one_of_deliveries(self, desk: Desk) -> None:
        other = make_source(legal_entity=make_telecom().legal_entity)
        deliveries = make_source(legal_entity=desk.entity, kind="DELIVERIES", file_format="delivered_services")

        answers = desk.write(desk.item(source_id=str(other.id)), desk.item(source_id=str(deliveries.id)), desk.item())

        assert [answer and answer.status for answer in answers] == [None, None, 201]

    def test_is_for_what_the_rate_leaves_no_room_for(self, desk: Desk, settings: Any) -> None:
        settings.RACHUN_RATES = {**settings.RACHUN_RATES, "frequent": (2, 60)}

        answers = desk.write(*(desk.item(duration_s=seconds) for seconds in (1, 2, 3)))

        assert [answer is None for answer in answers] == [False, False, True]
        assert desk.long_way(duration_s=4).status_code == 429
