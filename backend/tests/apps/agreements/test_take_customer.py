from typing import Any

import pytest
from rachun.apps.agreements.models import ServiceAgreement, ServicePoint
from rachun.apps.base.models import AuditRow
from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.metering.models import Meter, Reading
from rest_framework.test import APIClient
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator
from tests.factories import customers as a

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


@pytest.fixture
def client(ours: Enterprise) -> APIClient:
    return client_of(make_operator(entity=ours.entity, role="billing_operator"))


@pytest.fixture
def body(ours: Enterprise) -> dict[str, Any]:
    """A household with a meter of two registers."""
    service = a.service(entity=ours.entity)
    return {
        "branch_id": str(ours.north.id),
        "kind": "INDIVIDUAL",
        "name": "Оксана Вигадана",
        "language": "uk",
        "phone": "+380 67 000 00 00",
        "settlement": "Kotor",
        "street": "Glavna",
        "building": "12",
        "service_id": str(service.id),
        "plan_id": str(a.plan(service=service).id),
        "service_from": "2026-03-01",
        "attributes": [{"attribute": "members", "value": "3"}],
        "meter_serial": "NEW-1",
        "meter_digits": 6,
        "opening_readings": [{"register": "VT", "value": "10"}, {"register": "MT", "value": "20.5"}],
    }


def send(client: APIClient, body: dict[str, Any], *, key: str = "customer-0001") -> Any:
    return client.post("/api/v1/customers", body, format="json", headers={"Idempotency-Key": key})


class TestANewCustomer:
    def test_has_holder_account_place_agreement_and_meter(self, client: APIClient, body: dict[str, Any]) -> None:
        answer = send(client, body)

        assert answer.status_code == 201, answer.content
        agreement = ServiceAgreement.objects.get(id=answer.data["id"])
        assert agreement.account.party.name == "Оксана Вигадана"
        assert str(agreement.service_point.premise) == "Kotor, Glavna 12"
        assert [(row["attribute"], row["value"]) for row in answer.data["attributes"]] == [("members", "3.000000")]
        meter = Meter.objects.get(serial="NEW-1")
        assert meter.installations.get().service_point_id == agreement.service_point_id
        opening = Reading.objects.filter(register__meter=meter).order_by("value")
        assert [(str(row.boundary_date), str(row.value)) for row in opening] == [
            ("2026-03-01", "10.000000"),
            ("2026-03-01", "20.500000"),
        ]
        assert {"createParty", "openAccount", "openAgreement", "createMeter"} <= set(
            AuditRow.objects.values_list("operation", flat=True)
        )

    def test_sent_twice_is_one(self, client: APIClient, body: dict[str, Any]) -> None:
        first, second = send(client, body), send(client, body)

        assert (second.status_code, second.data["id"]) == (201, first.data["id"])
        assert Party.objects.count() == Account.objects.count() == ServiceAgreement.objects.count() == 1

    def test_leaves_nothing_behind_when_its_last_step_is_refused(
        self, client: APIClient, body: dict[str, Any], ours: Enterprise
    ) -> None:
        send(client, body)
        elsewhere = {**body, "building": "14", "name": "Хтось Інший"}  # the meter stands at number 12

        answer = send(client, elsewhere, key="customer-0002")

        assert (answer.status_code, answer.data["code"]) == (409, "meter_elsewhere")
        assert Party.objects.count() == Premise.objects.count() == 1

    def test_takes_over_the_point_that_stands_there_and_no_served_one(
        self, client: APIClient, body: dict[str, Any]
    ) -> None:
        send(client, body)

        answer = send(client, {**body, "name": "Хтось Інший", "meter_serial": ""}, key="customer-0003")

        assert (answer.status_code, answer.data["code"]) == (409, "service_point_occupied")
        assert ServicePoint.objects.count() == 1

    def test_may_be_served_by_a_number_that_is_free(self, client: APIClient, body: dict[str, Any]) -> None:
        calls = {**body, "meter_serial": "", "phone_number": "380432000777"}
        first = send(client, calls)

        second = send(client, {**calls, "building": "99"}, key="customer-0004")

        assert [row["identifier"] for row in first.data["resources"]] == ["380432000777"]
        assert (second.status_code, second.data["code"]) == (409, "resource_in_use")

    def test_may_be_another_service_of_an_account_that_is_there(
        self, client: APIClient, body: dict[str, Any], ours: Enterprise
    ) -> None:
        account = a.account(branch=ours.north)

        answer = send(client, {**body, "account_id": str(account.id), "name": ""})

        assert (answer.status_code, answer.data["account_number"]) == (201, account.number)
        assert Account.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"name": ""}, "/name"),
            ({"email": "no"}, "/email"),
            ({"phone": "call me"}, "/phone"),
            ({"opening_readings": []}, "/opening_readings"),
        ],
    )
    def test_is_refused_by_field(
        self, client: APIClient, body: dict[str, Any], wrong: dict[str, Any], pointer: str
    ) -> None:
        answer = send(client, {**body, **wrong})

        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.data["errors"]] == [pointer]

    def test_of_another_branch_is_not_taken(self, body: dict[str, Any], ours: Enterprise) -> None:
        southern = client_of(make_operator(entity=ours.entity, branch=ours.south, role="billing_operator"))

        assert send(southern, body).status_code == 404
