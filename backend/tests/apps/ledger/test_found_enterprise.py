"""The first command of a new system."""

import io
import sys
from http import HTTPStatus

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rachun.apps.base.models import AuditRow
from rachun.apps.identity.models import LegalEntity, Operator
from rachun.apps.ledger.models import LedgerAccount

PASSWORD = "nine-open-windows"

pytestmark = pytest.mark.django_db


def found(
    monkeypatch: pytest.MonkeyPatch,
    *,
    code: str = "VODA",
    login: str = "ana",
    password: str = PASSWORD,
    country: str = "BA",
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    named = ["--country", country, "--tax-number", "4200000000000", "--login", login, "--full-name", "Ana Anić"]
    call_command("create_enterprise", code, "Vodovod d.o.o.", *named, stdout=io.StringIO())


class TestCreateEnterprise:
    def test_lets_its_administrator_sign_in_and_see_the_enterprise(
        self, monkeypatch: pytest.MonkeyPatch, client: Client
    ) -> None:
        found(monkeypatch)

        body = {"login": "ana", "password": PASSWORD, "mode": "body"}
        signed_in = client.post("/api/v1/auth/login", body, content_type="application/json")
        assert signed_in.status_code == HTTPStatus.OK, signed_in.content
        headers = {"authorization": f"Bearer {signed_in.json()['access']}"}
        [entity] = client.get("/api/v1/legal-entities", headers=headers).json()["results"]
        assert (entity["code"], entity["currency"], entity["time_zone"]) == ("VODA", "BAM", "Europe/Sarajevo")

    def test_brings_the_chart_of_the_country(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found(monkeypatch)

        entity = LegalEntity.objects.get(code="VODA")
        assert LedgerAccount.objects.filter(legal_entity=entity).count() > 5
        assert AuditRow.objects.filter(operation="foundEnterprise", object_id=entity.id).count() == 1

    @pytest.mark.parametrize(
        ("again", "words"),
        [
            ({"code": "VODA", "login": "else"}, "already a legal entity"),
            ({"code": "GAS", "login": "ana"}, "login is already used"),
            ({"code": "GAS", "login": "else", "password": "1234"}, "too short"),
            ({"code": "GAS", "login": "else", "password": ""}, "too short"),
            ({"code": "GAS", "login": "else", "country": "NEUTRAL"}, "no currency"),
        ],
    )
    def test_refuses_and_leaves_nothing(
        self, monkeypatch: pytest.MonkeyPatch, again: dict[str, str], words: str
    ) -> None:
        found(monkeypatch)

        with pytest.raises(CommandError, match=words):
            found(monkeypatch, **again)

        assert (LegalEntity.objects.count(), Operator.objects.count()) == (1, 1)
