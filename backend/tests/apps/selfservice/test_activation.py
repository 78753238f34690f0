"""A subscriber's way in: the id from the bill, a code by e-mail, an own password."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.models import Job
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import SubscriberLogin
from rachun.apps.messaging.models import Delivery
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator
from tests.apps.messaging.smtp_sink import Sink, smtp_sink
from tests.factories import customers as a

pytestmark = pytest.mark.django_db
PASSWORD = "moja duga lozinka"


@pytest.fixture(autouse=True)
def _fresh_counts(db: None) -> None:
    with suppress(AttributeError):  # a connection made before the session's Valkey was known
        del caches["default"]
    caches["default"].clear()


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with smtp_sink() as found:
        settings.SMTP_URL = found.url
        yield found


@pytest.fixture
def ours() -> Enterprise:
    enterprise = make_enterprise(code="OURS")
    enterprise.entity.email = "billing@example.com"
    enterprise.entity.save()
    return enterprise


@pytest.fixture
def account(ours: Enterprise) -> Account:
    return a.account(branch=ours.north, holder=a.party(branch=ours.north, email="ana@example.com", language="bs"))


@pytest.fixture
def unique_id(ours: Enterprise, account: Account) -> str:
    return create_login(ours, account).json()["unique_id"]


def create_login(ours: Enterprise, account: Account) -> Any:
    operator = client_of(make_operator(entity=ours.entity))
    return operator.post("/api/v1/subscriber-logins", {"account_id": str(account.id)})


def ask(unique_id: str) -> Any:
    """Ask, and let the worker do what waits."""
    answer = client_of(None).post("/api/v1/auth/activation-requests", {"unique_id": unique_id})
    for kind in ("selfservice.send_activation_code", "messaging.send_email"):
        for job in Job.objects.filter(kind=kind, state="PENDING"):
            run_job_now(job.id)
    return answer


def activate(unique_id: str, code: str, password: str = PASSWORD) -> Any:
    body = {"unique_id": unique_id, "code": code, "password": password}
    return client_of(None).post("/api/v1/auth/activations", body)


def code_in(sink: Sink) -> str:
    [found] = re.findall(r"\d{8}", sink.messages[-1].get_content().splitlines()[0])
    return found


class TestASubscriber:
    def test_gets_in_with_the_code_from_the_letter(self, sink: Sink, unique_id: str, account: Account) -> None:
        assert ask(unique_id).status_code == 202
        message = sink.messages[-1]

        assert activate(unique_id, code_in(sink)).status_code == 204

        login = {"login": unique_id, "password": PASSWORD, "mode": "body"}
        tokens = client_of(None).post("/api/v1/auth/login", login)
        assert tokens.status_code == 200, tokens.content
        subscriber = client_of(None)
        subscriber.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.json()['access']}")
        seen = subscriber.get("/api/v1/accounts").json()["results"]
        assert [one["id"] for one in seen] == [str(account.id)]
        assert message["To"] == "ana@example.com"
        assert message["Subject"] == "Vaš kod za korisnički portal OURS"
        assert PASSWORD not in message.get_content()
        assert [row.body for row in Delivery.objects.all()] == [""]

    def test_is_not_told_whether_an_id_exists(self, sink: Sink, unique_id: str) -> None:
        known, unknown = ask(unique_id), ask("0000000000")

        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
        assert len(sink.messages) == 1

    def test_gets_one_letter_for_two_requests_at_once(self, sink: Sink, unique_id: str) -> None:
        ask(unique_id)
        ask(unique_id)

        assert len(sink.messages) == 1
        assert activate(unique_id, code_in(sink)).status_code == 204

    def test_has_five_tries(self, sink: Sink, unique_id: str) -> None:
        ask(unique_id)
        code = code_in(sink)
        wrong = "00000000" if code != "00000000" else "11111111"

        refused = [activate(unique_id, wrong).json()["code"] for _ in range(5)]

        assert refused == ["activation_code_wrong"] * 5
        assert activate(unique_id, code).json()["code"] == "activation_code_wrong"

    def test_cannot_use_a_code_twice_or_choose_a_weak_password(self, sink: Sink, unique_id: str) -> None:
        ask(unique_id)
        code = code_in(sink)

        weak = activate(unique_id, code, password="12345678901")
        first, second = activate(unique_id, code), activate(unique_id, code)

        assert (weak.status_code, weak.json()["errors"][0]["pointer"]) == (400, "/password")
        assert [first.status_code, second.status_code] == [204, 422]

    def test_must_wait_after_many_requests(self, unique_id: str) -> None:
        with time_machine.travel("2026-03-10T12:00:00Z", tick=False):  # a window that ends meanwhile would count anew
            answers = [ask(unique_id) for _ in range(11)]

        assert [answer.status_code for answer in answers] == [202] * 10 + [429]
        assert int(answers[-1]["Retry-After"]) > 0


class TestCreatingALogin:
    def test_makes_one_per_holder_without_a_password(self, ours: Enterprise, account: Account) -> None:
        second = a.account(branch=ours.north, holder=account.party)

        first, again, sibling = (create_login(ours, one) for one in (account, account, second))

        assert [first.status_code, again.status_code] == [201, 200]
        assert len({answer.json()["unique_id"] for answer in (first, again, sibling)}) == 1
        login = SubscriberLogin.objects.get()
        assert not login.principal.has_usable_password()
        assert login.principal.account_access.count() == 2

    def test_is_refused_for_an_account_of_another_branch(self, ours: Enterprise, account: Account) -> None:
        southern = client_of(make_operator(entity=ours.entity, branch=ours.south))

        assert southern.post("/api/v1/subscriber-logins", {"account_id": str(account.id)}).status_code == 404
