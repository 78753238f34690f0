"""What only shows with several connections, with a clock, or with another system that signs in."""

import statistics
import threading
import time
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, transaction
from rachun.apps.identity.models import LoginSession
from rachun.apps.identity.services.principals import Assignment, add_api_client
from rachun.apps.identity.services.sign_in import decoy_hash
from rest_framework.test import APIClient
from tests.apps.identity.makers import PASSWORD, make_enterprise, make_operator

TRIES = 40
DIFFERENCE_MAX_S = 0.020


def log_in(login: str, password: str = PASSWORD) -> Any:
    return APIClient().post("/api/v1/auth/login", {"login": login, "password": password, "mode": "body"})


class TestTwoRefreshesOfOneToken:
    def test_at_once_end_the_family(self, fresh_database: str) -> None:
        make_operator(entity=make_enterprise().entity, login="ana")
        refresh = log_in("ana").json()["refresh"]
        start = threading.Barrier(2)
        answers: list[Any] = []

        def renew() -> None:
            start.wait(timeout=10)
            answers.append(APIClient().post("/api/v1/auth/refresh", {"refresh": refresh}))
            connection.close()

        threads = [threading.Thread(target=renew) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)

        assert sorted(answer.status_code for answer in answers) == [200, 401]
        assert LoginSession.objects.get().revoked_why == "refresh_reused"
        [renewed] = [answer.json() for answer in answers if answer.status_code == 200]
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {renewed['access']}")
        assert client.get("/api/v1/me").status_code == 401


@pytest.mark.django_db
class TestUnknownLogin:
    def test_takes_as_long_as_a_wrong_password(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """With a hash as dear as in production; tries alternate, so that a busy machine slows both."""
        settings.RACHUN_RATES = dict.fromkeys(settings.RACHUN_RATES, (10**9, 60))
        monkeypatch.setattr("rachun.apps.identity.services.sign_in.refuse_if_locked", lambda **_facts: None)
        for name, cost in {"time_cost": 1, "memory_cost": 16_384, "parallelism": 1}.items():
            monkeypatch.setattr(Argon2PasswordHasher, name, cost)
        decoy_hash.cache_clear()
        make_operator(entity=make_enterprise().entity, login="ana")
        spent: dict[str, list[float]] = {"ana": [], "nobody": []}

        for _ in range(TRIES):
            for login, times in spent.items():
                started = time.process_time()
                assert log_in(login, "wrong-wrong-1").status_code == 401
                times.append(time.process_time() - started)
        decoy_hash.cache_clear()

        known, unknown = (statistics.median(times) for times in spent.values())
        assert abs(known - unknown) < DIFFERENCE_MAX_S
        assert unknown > 0.5 * known, "an unknown login must cost a hash as well"


@pytest.mark.django_db
class TestApiClient:
    @pytest.fixture
    def client(self) -> APIClient:
        entity = make_enterprise().entity
        with transaction.atomic():
            _client, secret = add_api_client(
                client_id="bank",
                name="A bank",
                scopes=["getReceipt", "list*"],
                assignments=[Assignment(role="partner", legal_entity_id=entity.id, branch_id=None)],
            )
        told = {"client_id": "bank", "client_secret": secret}
        answer = APIClient().post("/api/v1/auth/client-token", told)
        assert answer.status_code == 200, answer.content
        assert answer.json()["refresh"] is None
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
        return client

    def test_may_do_what_both_its_role_and_its_scopes_name(self, client: APIClient) -> None:
        unknown = "01890000-0000-7000-8000-000000000000"

        assert client.get(f"/api/v1/receipts/{unknown}").status_code == 404
        assert client.get(f"/api/v1/jobs/{unknown}").status_code == 403, "in the role, not in the scopes"
        assert client.get("/api/v1/accounts").status_code == 403, "in the scopes, not in the role"

    def test_is_refused_with_a_wrong_secret_and_has_no_password(self, client: APIClient) -> None:
        wrong = APIClient().post("/api/v1/auth/client-token", {"client_id": "bank", "client_secret": "x" * 40})

        assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
        assert log_in("bank", "x" * 40).status_code == 401
