"""The access matrix (S-01, S-02): every operation × everybody who must not get through."""

from typing import Any

import pytest
from rachun.apps.identity.models import Principal, Role
from rachun.apps.identity.services.roles import operation_ids
from rest_framework.test import APIClient
from tests.apps.identity.makers import (
    Enterprise,
    client_of,
    make_enterprise,
    make_operator,
    make_subscriber,
)

from tests.contract.objects import MAKERS
from tests.contract.operations import Operation, contract, expectations, operations, without_entry

pytestmark = pytest.mark.django_db
BY_ROLE = sorted(name for name, expected in expectations().items() if expected["access"] == "by_role")
WITH_OBJECT = sorted(name for name, expected in expectations().items() if expected.get("object"))
LISTS = [name for name in BY_ROLE if name.startswith("list") and name not in (*WITH_OBJECT, "listRoles")]
OF_ONE_BRANCH = [name for name in WITH_OBJECT if "LegalEntity" not in name and not expectations()[name].get("shared")]
# Kinds that belong to the legal entity and that every branch uses.
OF_ALL_BRANCHES = {
    *("legal_entity", "service", "tariff_plan", "tariff_version", "destination_table", "document_template"),
    *("books", "reading_rule", "estimation_rule"),
}
HEADERS = {"Idempotency-Key": "matrix-key-0001", "If-Match": '"0"'}


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


def call(client: APIClient, operation: Operation, **path: Any) -> Any:
    address = operation.path.format(**path)
    headers = {name: HEADERS[name] for name in operation.headers}
    form = "multipart" if operation.is_form else None
    return getattr(client, operation.method)(address, {} if operation.has_body else None, format=form, headers=headers)


def path_of(operation: Operation, enterprise: Enterprise) -> dict[str, Any]:
    kind = expectations()[operation.id].get("object")
    return MAKERS[kind](enterprise) if kind else {}


def told_of(marks: set[str], *, client: APIClient, name: str) -> set[str]:
    """Which of the marks the list tells."""
    answer = call(client, operations()[name])
    assert answer.status_code == 200, (name, answer.content)
    return {mark for mark in marks if mark in answer.content.decode()}


def outsider_with_all_operations() -> Principal:
    return make_operator(entity=make_enterprise(code="THEIRS").entity)


class TestEveryOperation:
    def test_has_an_entry_and_every_entry_an_operation(self) -> None:
        odd = without_entry(known=operations(), expected=expectations())

        assert not odd, "add the operation to tests/contract/expectations.yaml"

    def test_that_is_planted_without_an_entry_is_found(self) -> None:
        assert without_entry(known={*operations(), "openVault"}, expected=expectations()) == {"openVault"}

    def test_comes_from_a_view_that_declares_it(self) -> None:
        assert set(operations()) == set(operation_ids())

    def test_is_documented_with_its_refusals_as_problems(self) -> None:
        for path, methods in contract()["paths"].items():
            for method, operation in methods.items():
                refusals = {s: r for s, r in operation["responses"].items() if s >= "400"}
                assert {"400", "401", "429"} <= set(refusals), (method, path)
                for status, refusal in refusals.items():
                    assert list(refusal["content"]) == ["application/problem+json"], (method, path, status)

    @pytest.mark.parametrize("name", sorted(expectations()))
    def test_is_closed_to_anonymous_callers_unless_public(self, name: str, ours: Enterprise) -> None:
        operation = operations()[name]

        status = call(APIClient(), operation, **path_of(operation, ours)).status_code

        is_public = expectations()[name]["access"] == "public"
        assert status in ({400, 401} if is_public else {401})

    @pytest.mark.parametrize("name", BY_ROLE)
    def test_is_closed_to_a_role_without_it(self, name: str, ours: Enterprise) -> None:
        Role.objects.create(code="nothing", name_uk="-", name_bs="-", name_en="-")
        client = client_of(make_operator(entity=ours.entity, role="nothing"))
        operation = operations()[name]

        assert call(client, operation, **path_of(operation, ours)).status_code == 403

    @pytest.mark.parametrize("name", BY_ROLE)
    def test_is_closed_to_other_subscribers(self, name: str, ours: Enterprise) -> None:
        operation = operations()[name]
        held, has_object = expectations()[name].get("subscriber"), expectations()[name].get("object")
        # What a body names is tried by test_body_access and by the app's own tests; an empty one is malformed.
        expected = {403} if not held else {404} if has_object else {400} if operation.has_body else {200}

        assert call(client_of(make_subscriber()), operation, **path_of(operation, ours)).status_code in expected

    @pytest.mark.parametrize("name", WITH_OBJECT)
    def test_hides_objects_of_another_enterprise(self, name: str, ours: Enterprise) -> None:
        operation = operations()[name]

        answer = call(client_of(outsider_with_all_operations()), operation, **path_of(operation, ours))

        assert answer.status_code == 404

    @pytest.mark.parametrize("name", OF_ONE_BRANCH)
    def test_hides_objects_of_another_branch(self, name: str, ours: Enterprise) -> None:
        client = client_of(make_operator(entity=ours.entity, branch=ours.south))
        operation = operations()[name]

        assert call(client, operation, **path_of(operation, ours)).status_code == 404


class TestLists:
    def test_hold_nothing_of_another_enterprise(self, ours: Enterprise) -> None:
        marks = {str(make(ours)["id"]) for make in MAKERS.values()} | {str(ours.entity.id), "OURS"}
        client = client_of(outsider_with_all_operations())

        assert {name: found for name in LISTS if (found := told_of(marks, client=client, name=name))} == {}

    def test_hold_nothing_of_another_branch(self, ours: Enterprise) -> None:
        made = {kind: str(make(ours)["id"]) for kind, make in MAKERS.items()}
        marks = {made[kind] for kind in made if kind not in OF_ALL_BRANCHES} | {str(ours.north.id)}
        client = client_of(make_operator(entity=ours.entity, branch=ours.south))

        assert {name: found for name in LISTS if (found := told_of(marks, client=client, name=name))} == {}

    def test_hold_what_is_there_for_who_may_see_all(self, ours: Enterprise) -> None:
        """Without this the two tests above would pass on empty lists."""
        for make in MAKERS.values():
            make(ours)
        client = client_of(make_operator(entity=ours.entity))

        empty = {name for name in LISTS if not call(client, operations()[name]).json()["count"]}

        assert empty <= {"listIntervalDays", "listDestinationRates", "listAuditRows", "listOwnBills"}

    @pytest.mark.parametrize("size", ["0", "201", "1000000", "x", "-1", "1e2"])
    def test_refuse_a_page_size_outside_the_cap(self, size: str, ours: Enterprise) -> None:
        client = client_of(make_operator(entity=ours.entity))

        assert client.get(f"/api/v1/branches?page_size={size}").status_code == 400

    def test_ask_as_few_questions_for_two_rows_as_for_one(
        self, ours: Enterprise, django_assert_max_num_queries: Any
    ) -> None:
        client = client_of(make_operator(entity=ours.entity))
        for _ in range(5):
            make_operator(entity=ours.entity, branch=ours.north)

        with django_assert_max_num_queries(7):
            assert client.get("/api/v1/operators").json()["count"] == 6


class TestEnterpriseChanges:
    def test_need_the_version_that_was_read(self, ours: Enterprise) -> None:
        client = client_of(make_operator(entity=ours.entity))
        address = f"/api/v1/branches/{ours.north.id}"
        etag = client.get(address)["ETag"]

        without = client.patch(address, {"name": "A"})
        first = client.patch(address, {"name": "A"}, headers={"If-Match": etag})
        late = client.patch(address, {"name": "B"}, headers={"If-Match": etag})

        assert [without.status_code, first.status_code, late.status_code] == [428, 200, 412]

    def test_cannot_give_more_than_one_has(self, ours: Enterprise) -> None:
        client = client_of(make_operator(entity=ours.entity, branch=ours.north))
        theirs = make_enterprise(code="THEIRS")

        def create(**place: Any) -> int:
            body = {
                "login": f"new{len(str(place))}", "password": "a-long-password-1", "full_name": "N", "language": "uk",
                "assignments": [{"role": "administrator", **place}],
            }  # fmt: skip
            return int(client.post("/api/v1/operators", body).status_code)

        assert create(legal_entity_id=str(ours.entity.id), branch_id=str(ours.north.id)) == 201
        assert create(legal_entity_id=str(ours.entity.id)) == 403
        assert create(legal_entity_id=str(theirs.entity.id)) == 403
