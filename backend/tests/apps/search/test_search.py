"""Whatever a person has in hand leads to the account, whatever the script and with a typing error."""

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from rachun.apps.customers.models import Account
from rachun.apps.customers.services import Contact, PartyFacts, add_alias, register_party
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator
from tests.factories import customers as a

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


@pytest.fixture
def client(ours: Enterprise) -> Any:
    return client_of(make_operator(entity=ours.entity))


def held_by(name: str, *, ours: Enterprise, phone: str = "") -> Account:
    contacts = [Contact(kind="PHONE", value=phone)] if phone else []
    with transaction.atomic():
        party = register_party(
            legal_entity_id=ours.entity.id,
            branch_id=ours.north.id,
            facts=PartyFacts(kind="INDIVIDUAL", name=name, language="uk"),
            contacts=contacts,
            registered_at=a.NOON,
        )
    return a.account(branch=ours.north, holder=party)


def found(client: Any, text: str) -> list[tuple[str, UUID | None]]:
    answer = client.get("/api/v1/search", {"q": text})
    assert answer.status_code == 200, answer.json()
    return [(hit["kind"], hit["account_id"] and UUID(hit["account_id"])) for hit in answer.json()]


class TestSearch:
    @pytest.mark.parametrize("typed", ["Шевченко", "shevchenko", "ševčenko", "Шевчнко Оксана", "оксана шевченко"])
    def test_finds_a_name_in_either_script_and_with_a_slip(self, client: Any, ours: Enterprise, typed: str) -> None:
        wanted = held_by("Шевченко Оксана Іванівна", ours=ours)
        held_by("Hadžić Amra", ours=ours)

        assert found(client, typed) == [("PARTY", wanted.id)]

    def test_finds_an_account_by_part_of_its_number_and_by_a_former_one(self, client: Any, ours: Enterprise) -> None:
        account = held_by("Petrović Ana", ours=ours)
        with transaction.atomic():
            add_alias(account=account, number="77/1234", source="FORMER")

        assert ("ACCOUNT", account.id) in found(client, account.number[1:])
        assert ("ACCOUNT", account.id) in found(client, "77/1234")

    def test_finds_the_holder_of_a_telephone_without_the_country_prefix(self, client: Any, ours: Enterprise) -> None:
        account = held_by("Коваль Петро", ours=ours, phone="+380432000123")

        assert found(client, "0432 000-123") == [("PARTY", account.id)]

    def test_finds_an_address_and_who_is_served_there(self, client: Any, ours: Enterprise) -> None:
        agreement = a.agreement(branch=ours.north)
        premise = agreement.service_point.premise

        hits = found(client, f"{premise.street} {premise.building}, {premise.settlement}")

        assert ("PREMISE", agreement.account_id) in hits

    def test_shows_nothing_of_another_enterprise_or_branch(self, client: Any, ours: Enterprise) -> None:
        theirs = make_enterprise(code="THEIRS")
        hidden = held_by("Шевченко Інший", ours=theirs)
        mine = held_by("Шевченко Оксана", ours=ours)
        elsewhere = client_of(make_operator(entity=ours.entity, branch=ours.south, login="south"))

        assert found(client, "Шевченко") == [("PARTY", mine.id)]
        assert found(elsewhere, "Шевченко") == []
        assert hidden.id not in {account for _, account in found(client, hidden.number)}

    @pytest.mark.parametrize("text", ["", "x", "я" * 101])
    def test_says_how_long_a_text_may_be(self, client: Any, text: str) -> None:
        answer = client.get("/api/v1/search", {"q": text})

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/q"

    def test_finds_nothing_in_signs(self, client: Any, ours: Enterprise) -> None:
        held_by("Petrović Ana", ours=ours)

        assert found(client, "--- %_") == []
