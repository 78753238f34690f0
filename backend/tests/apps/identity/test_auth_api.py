"""Signing in, staying in, going out."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from rachun.apps.identity.models import LoginSession, Principal
from rest_framework.test import APIClient
from tests.apps.identity.makers import PASSWORD, client_of, make_enterprise, make_operator, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Principal:
    return make_operator(entity=make_enterprise().entity, login="ana")


def sign_in(*, mode: str = "body", password: str = PASSWORD, login: str = "ana") -> Any:
    client = APIClient()
    return client, client.post("/api/v1/auth/login", {"login": login, "password": password, "mode": mode})


class TestLogin:
    def test_gives_an_app_both_tokens_and_no_cookie(self, operator: Principal) -> None:
        client, answer = sign_in(mode="body")

        assert answer.status_code == 200
        assert answer.json()["refresh"]
        assert not client.cookies

    def test_keeps_the_refresh_token_of_a_browser_out_of_reach_of_scripts(self, operator: Principal) -> None:
        client, answer = sign_in(mode="cookie")

        assert answer.json()["refresh"] is None
        cookie = client.cookies["rachun_refresh"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/api/v1/auth")

    def test_lives_for_a_quarter_of_an_hour_at_most(self, operator: Principal) -> None:
        _client, answer = sign_in()

        claims = jwt.decode(answer.json()["access"], options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] <= 15 * 60

    def test_answers_an_unknown_login_like_a_wrong_password(self, operator: Principal) -> None:
        _client, unknown = sign_in(login="nobody")
        _client, wrong = sign_in(password="wrong-wrong-1")

        def told(answer: Any) -> dict[str, Any]:
            return {**answer.json(), "instance": ""}

        assert unknown.status_code == wrong.status_code == 401
        assert told(unknown) == told(wrong)

    @pytest.mark.parametrize("login", ["ana", "nobody"])
    def test_locks_after_five_failures_and_the_delay_grows(self, operator: Principal, login: str) -> None:
        with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as clock:
            statuses = [sign_in(login=login, password="wrong-wrong-1")[1].status_code for _ in range(6)]
            first = sign_in(login=login)[1]
            clock.shift(timedelta(seconds=31))
            again = sign_in(login=login, password="wrong-wrong-1")[1]
            second = sign_in(login=login)[1]

        assert statuses == [401] * 5 + [429]
        assert first.json()["code"] == "login_locked"
        assert again.status_code == 401
        assert int(second["Retry-After"]) > int(first["Retry-After"]) > 0

    def test_refuses_a_property_it_does_not_know(self, operator: Principal) -> None:
        answer = APIClient().post("/api/v1/auth/login", {"login": "a", "password": "b", "is_staff": True})

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"][0]["pointer"] == "/is_staff"


class TestRefresh:
    def test_rotates_and_the_new_pair_works(self, operator: Principal) -> None:
        client, answer = sign_in()

        renewed = client.post("/api/v1/auth/refresh", {"refresh": answer.json()["refresh"]})

        client.credentials(HTTP_AUTHORIZATION=f"Bearer {renewed.json()['access']}")
        assert client.get("/api/v1/me").status_code == 200

    def test_reused_ends_the_whole_family_at_once(self, operator: Principal) -> None:
        client, answer = sign_in()
        old = answer.json()["refresh"]
        renewed = client.post("/api/v1/auth/refresh", {"refresh": old}).json()

        reused = client.post("/api/v1/auth/refresh", {"refresh": old})

        client.credentials(HTTP_AUTHORIZATION=f"Bearer {renewed['access']}")
        assert reused.status_code == 401
        assert client.get("/api/v1/me").status_code == 401
        assert APIClient().post("/api/v1/auth/refresh", {"refresh": renewed["refresh"]}).status_code == 401
        assert LoginSession.objects.get().revoked_why == "refresh_reused"

    def test_by_cookie_needs_the_csrf_value(self, operator: Principal) -> None:
        client, answer = sign_in(mode="cookie")

        without = client.post("/api/v1/auth/refresh", {})
        forged = client.post("/api/v1/auth/refresh", {}, headers={"X-CSRF-Token": "forged"})
        right = client.post("/api/v1/auth/refresh", {}, headers={"X-CSRF-Token": answer.json()["csrf"]})

        assert [without.status_code, forged.status_code, right.status_code] == [403, 403, 200]

    def test_of_the_portal_lives_beside_that_of_an_operator(self, operator: Principal) -> None:
        """One browser, one address: whoever looks at both renews each by its own cookie."""
        subscriber = make_subscriber(unique_id="4000000006")
        subscriber.set_password(PASSWORD)
        subscriber.save()
        client, as_operator = sign_in(mode="cookie")
        login = {"login": "4000000006", "password": PASSWORD, "mode": "cookie"}
        as_subscriber = client.post("/api/v1/auth/login", login)

        names = []
        for answer in (as_operator, as_subscriber):
            renewed = client.post("/api/v1/auth/refresh", {}, headers={"X-CSRF-Token": answer.json()["csrf"]})
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {renewed.json()['access']}")
            names.append(client.get("/api/v1/me").json()["login"])

        assert names == ["ana", "4000000006"]
        assert {"rachun_refresh", "rachun_portal_refresh"} <= set(client.cookies)

    def test_ends_with_the_password(self, operator: Principal) -> None:
        client, answer = sign_in()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")

        changed = client.post(
            "/api/v1/auth/password", {"current_password": PASSWORD, "new_password": "another-long-one-9"}
        )

        assert changed.status_code == 204
        assert client.get("/api/v1/me").status_code == 401
        assert sign_in(password="another-long-one-9")[1].status_code == 200

    def test_ends_with_the_logout(self, operator: Principal) -> None:
        client, answer = sign_in()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")

        assert client.post("/api/v1/auth/logout").status_code == 204
        assert client.get("/api/v1/me").status_code == 401


class TestForgedTokens:
    def forged(self, operator: Principal) -> Iterator[tuple[str, str]]:
        session = LoginSession.objects.create(
            principal=operator, started_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1)
        )
        now = int(timezone.now().timestamp())
        good = {
            "token_type": "access", "sub": str(operator.id), "sid": str(session.id), "jti": "x", "iat": now,
            "exp": now + 60, "aud": "rachun", "iss": "rachun",
        }  # fmt: skip
        key = settings.SIMPLE_JWT["SIGNING_KEY"]
        yield "good", jwt.encode(good, key, "HS256")
        yield "none algorithm", jwt.encode(good, None, "none")
        yield "wrong key", jwt.encode(good, "another-key-another-key-another-key-1", "HS256")
        yield "other algorithm", jwt.encode(good, key * 2, "HS512")
        yield "wrong audience", jwt.encode(good | {"aud": "elsewhere"}, key, "HS256")
        yield "wrong issuer", jwt.encode(good | {"iss": "elsewhere"}, key, "HS256")
        yield "expired", jwt.encode(good | {"exp": now - 60}, key, "HS256")
        yield "refresh as access", jwt.encode(good | {"token_type": "refresh"}, key, "HS256")
        yield "no session", jwt.encode({k: v for k, v in good.items() if k != "sid"}, key, "HS256")
        yield "another session", jwt.encode(good | {"sid": str(operator.id)}, key, "HS256")
        yield "session is no id", jwt.encode(good | {"sid": "1 OR 1=1"}, key, "HS256")
        yield "no expiry", jwt.encode({k: v for k, v in good.items() if k != "exp"}, key, "HS256")
        yield "somebody else's session", jwt.encode(good | {"sub": str(make_subscriber().id)}, key, "HS256")
        yield "not yet valid", jwt.encode(good | {"nbf": now + 600}, key, "HS256")
        yield "cut", jwt.encode(good, key, "HS256")[:-3]
        yield "empty", "."
        yield "garbage", "a.b.c"

    def test_are_refused_but_for_the_good_one(self, operator: Principal) -> None:
        client = APIClient()
        statuses = {}
        for name, token in self.forged(operator):
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
            statuses[name] = client.get("/api/v1/me").status_code

        assert statuses.pop("good") == 200
        assert len(statuses) >= 15
        assert set(statuses.values()) == {401}, statuses


class TestMe:
    def test_names_the_operations_of_the_role(self, operator: Principal) -> None:
        body = client_of(operator).get("/api/v1/me").json()

        assert body["login"] == "ana"
        assert {"listBranches", "createOperator"} <= set(body["operations"])

    def test_is_told_in_the_language_asked_for_when_refused(self) -> None:
        answer = APIClient().get("/api/v1/me", headers={"Accept-Language": "de, uk;q=0.8, bs;q=0.9"})

        assert answer.status_code == 401
        assert answer["Content-Language"] == "bs"
