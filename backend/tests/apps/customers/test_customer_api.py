"""Parties, accounts and premises through the contract."""

from typing import Any

import pytest
from django.db import transaction
from rachun.apps.base.models import AuditRow
from rachun.apps.customers.errors import AliasTaken, BranchOfAnotherEntity, PremiseOfAnotherBranch
from rachun.apps.customers.models import Account, Party
from rachun.apps.customers.services import Address, PartyFacts, add_alias, register_party, register_premise
from rachun.apps.identity.services.principals import grant_account
from rachun.values.check_digit import is_valid
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator, make_subscriber
from tests.factories import customers as a

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


@pytest.fixture
def client(ours: Enterprise) -> Any:
    return client_of(make_operator(entity=ours.entity))


def party_body(ours: Enterprise, **more: Any) -> dict[str, Any]:
    return {"branch_id": str(ours.north.id), "kind": "INDIVIDUAL", "name": "Żółw Ана", "language": "uk", **more}


class TestParties:
    def test_are_registered_changed_and_audited(self, client: Any, ours: Enterprise) -> None:
        emails = [{"kind": "EMAIL", "value": "ana@example.com"}, {"kind": "EMAIL", "value": "ana@example.com"}]
        created = client.post("/api/v1/parties", party_body(ours, contact_points=emails))
        party = created.json()
        consented = Party.objects.get().contact_points.get().consented_at
        phone = {"kind": "PHONE", "value": "+387 33 123-456"}

        changed = client.patch(
            f"/api/v1/parties/{party['id']}",
            {"name": "Ana Nova", "contact_points": [emails[0], phone]},
            headers={"If-Match": created["ETag"]},
        )

        assert (created.status_code, changed.status_code) == (201, 200)
        assert (changed.json()["name"], changed.json()["language"]) == ("Ana Nova", "uk")
        assert {point["kind"] for point in changed.json()["contact_points"]} == {"EMAIL", "PHONE"}
        assert Party.objects.get().contact_points.get(kind="EMAIL").consented_at == consented
        audit = AuditRow.objects.get(operation="updateParty")
        assert (audit.before["name"], audit.after["name"]) == ("Żółw Ана", "Ana Nova")

    def test_are_changed_only_by_whoever_read_the_latest(self, client: Any, ours: Enterprise) -> None:
        address = f"/api/v1/parties/{a.party(branch=ours.north).id}"
        etag = client.get(address)["ETag"]

        without = client.patch(address, {"name": "A"})
        first = client.patch(address, {"name": "B"}, headers={"If-Match": etag})
        late = client.patch(address, {"name": "C"}, headers={"If-Match": etag})

        assert [without.status_code, first.status_code, late.status_code] == [428, 200, 412]

    def test_are_refused_with_the_place_of_what_is_wrong(self, client: Any, ours: Enterprise) -> None:
        wrong = client.post("/api/v1/parties", {**party_body(ours), "name": "", "balance": 5})
        contact = client.post(
            "/api/v1/parties", party_body(ours, contact_points=[{"kind": "EMAIL", "value": "a@b\r\nBcc: c@d.e"}])
        )

        assert [problem["pointer"] for problem in wrong.json()["errors"]] == ["/balance"]
        assert wrong["Content-Type"] == "application/problem+json"
        assert (contact.status_code, contact.json()["code"]) == (422, "contact_not_valid")
        assert contact.json()["errors"][0]["pointer"] == "/contact_points/0/value"

    def test_of_another_enterprise_are_no_place_for_a_branch(self, ours: Enterprise) -> None:
        theirs = make_enterprise(code="THEIRS")

        with transaction.atomic(), pytest.raises(BranchOfAnotherEntity):
            register_party(
                legal_entity_id=theirs.entity.id,
                branch_id=ours.north.id,
                facts=PartyFacts(kind="INDIVIDUAL", name="A", language="uk"),
                contacts=[],
                registered_at=a.NOON,
            )


class TestAccounts:
    def test_get_a_number_with_a_check_digit_and_keep_former_ones(self, client: Any, ours: Enterprise) -> None:
        body = {"party_id": str(a.party(branch=ours.north).id), "opened_date": "2026-01-01", "aliases": ["OLD-7"]}

        opened = client.post("/api/v1/accounts", body)

        assert opened.status_code == 201
        assert is_valid(number=opened.json()["number"])
        assert opened.json()["aliases"] == ["OLD-7"]
        assert client.post("/api/v1/accounts", body).json()["code"] == "alias_taken"

    def test_are_found_by_number_former_number_and_any_part_of_the_name(self, client: Any, ours: Enterprise) -> None:
        wanted = a.account(branch=ours.north, holder=a.party(branch=ours.north, name="Ковальчук Олена"), alias="OLD-7")
        a.account(branch=ours.north, holder=a.party(branch=ours.north, name="Šarić 100%"))

        def found(query: str) -> list[str]:
            return [one["id"] for one in client.get("/api/v1/accounts", {"search": query}).json()["results"]]

        for query in (wanted.number, "OLD-7", "ковальчук", "ОЛЕНА"):
            assert found(query) == [str(wanted.id)], query
        assert len(found("šarić")) == 1
        assert found("_овальчук") == found("nobody") == []
        assert [one["id"] for one in client.get("/api/v1/accounts?number=OLD-7").json()["results"]] == [str(wanted.id)]

    def test_have_no_former_number_that_is_another_accounts_number(self, ours: Enterprise) -> None:
        first, second = a.account(branch=ours.north), a.account(branch=ours.north)

        with transaction.atomic(), pytest.raises(AliasTaken):
            add_alias(account=second, number=first.number, source="OLD")

    def test_never_get_a_number_that_somebody_had_before(self, ours: Enterprise) -> None:
        first = a.account(branch=ours.north)
        following = "00000027" if first.number == "00000019" else None
        taken = a.account(branch=make_enterprise(code="THEIRS").north)
        upcoming = a.account(branch=taken.branch).number  # the second number of any enterprise
        with transaction.atomic():
            add_alias(account=first, number=upcoming, source="OLD")

        assert a.account(branch=ours.north).number not in {upcoming, first.number, following and ""}

    def test_go_by_e_mail_only_to_somebody_who_has_an_address(self, client: Any, ours: Enterprise) -> None:
        account = a.account(branch=ours.north)
        address = f"/api/v1/accounts/{account.id}"
        etag = client.get(address)["ETag"]

        refused = client.patch(address, {"delivery": "EMAIL"}, headers={"If-Match": etag})

        assert (refused.status_code, refused.json()["code"]) == (422, "no_email_address")
        assert Account.objects.get().delivery == "PAPER"

    def test_of_another_branch_are_hidden(self, ours: Enterprise) -> None:
        account = a.account(branch=ours.north)
        southern = client_of(make_operator(entity=ours.entity, branch=ours.south))

        assert southern.get(f"/api/v1/accounts/{account.id}").status_code == 404
        assert southern.get("/api/v1/accounts").json()["count"] == 0

    def test_of_others_are_hidden_from_a_subscriber(self, ours: Enterprise) -> None:
        mine, other = a.agreement(branch=ours.north), a.agreement(branch=ours.north)
        subscriber = make_subscriber()
        with transaction.atomic():
            grant_account(principal=subscriber, account_id=mine.account_id)
        client = client_of(subscriber)

        assert [one["id"] for one in client.get("/api/v1/accounts").json()["results"]] == [str(mine.account_id)]
        assert [one["id"] for one in client.get("/api/v1/agreements").json()["results"]] == [str(mine.id)]
        assert client.get(f"/api/v1/accounts/{other.account_id}").status_code == 404
        assert client.get(f"/api/v1/agreements/{other.id}").status_code == 404
        assert client.get("/api/v1/parties").status_code == 403


class TestPremises:
    def test_at_one_address_are_one(self, client: Any, ours: Enterprise) -> None:
        body = {"branch_id": str(ours.north.id), "settlement": "Kotor", "street": "Glavna", "building": "1"}

        first, again = client.post("/api/v1/premises", body), client.post("/api/v1/premises", body)

        assert first.json()["id"] == again.json()["id"]

    def test_of_another_branch_are_refused(self, ours: Enterprise) -> None:
        known = a.premise(branch=ours.north, building="7")

        with transaction.atomic(), pytest.raises(PremiseOfAnotherBranch):
            register_premise(
                legal_entity_id=ours.entity.id,
                branch_id=ours.south.id,
                address=Address(settlement=known.settlement, street=known.street, building="7"),
            )
