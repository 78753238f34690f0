"""Rules of common meters over the API: made whole or refused with every fault, ended and never edited."""

from typing import Any

import pytest
from rachun.apps.base.models import AuditRow
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.buildings import Building, make_building
from tests.factories.metering import make_branch, make_legal_entity, make_service, make_service_point

pytestmark = pytest.mark.django_db


@pytest.fixture
def building() -> Building:
    return make_building(branch=make_branch(legal_entity=make_legal_entity()))


@pytest.fixture
def client(building: Building) -> APIClient:
    return client_of(make_operator(entity=building.main.legal_entity))


def body_of(building: Building, **changes: Any) -> dict[str, Any]:
    members = [
        {"service_point_id": str(building.point(name).id), "is_subtracted": name != "c", "is_sharing": name != "shop"}
        for name in building.agreements
    ]
    facts = {"register_code": "T1", "share_code": "COMMON", "method": "PERSONS", "attribute": "members"}
    dated = {"valid_from": "2026-01-01", "source_document": "Decision of the owners 4"}
    return {"main_point_id": str(building.main.id), "members": members, **facts, **dated, **changes}


def send(client: APIClient, address: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{address}", body, format="json")


class TestACommonMeter:
    def test_is_made_with_its_members_and_found_by_any_of_them(self, client: APIClient, building: Building) -> None:
        made = send(client, "common-meters", body_of(building))

        assert made.status_code == 201, made.data
        assert (made.data["when_negative"], made.data["when_unread"]) == ("REFUSE", "REFUSE")
        parts = {m["service_point_code"]: (m["is_subtracted"], m["is_sharing"]) for m in made.data["members"]}
        assert parts[building.point("shop").code] == (True, False)
        assert parts[building.point("c").code] == (False, True)
        found = client.get(f"/api/v1/common-meters?service_point_id={building.point('c').id}").data["results"]
        assert [row["id"] for row in found] == [made.data["id"]]
        audit = AuditRow.objects.get(operation="createCommonMeter")
        assert audit.after is not None
        assert audit.after["sharing"] == [building.point(name).code for name in ("a", "b", "c")]

    def test_is_refused_with_every_fault_and_its_place(self, client: APIClient, building: Building) -> None:
        elsewhere = make_service_point(
            branch=make_branch(legal_entity=building.main.legal_entity), service=building.main.service
        )
        members = [
            {"service_point_id": str(building.main.id), "is_subtracted": True, "is_sharing": False},
            {"service_point_id": str(elsewhere.id), "is_subtracted": False, "is_sharing": False},
        ]

        body = body_of(building, members=members, attribute="", share_code="T1", valid_to="2025-12-31")
        answer = send(client, "common-meters", body)

        assert (answer.status_code, answer.data["code"]) == (400, "common_meter_invalid")
        assert [(error["pointer"], error["code"]) for error in answer.data["errors"]] == [
            ("/valid_to", "ends_before_start"),
            ("/attribute", "attribute_missing"),
            ("/share_code", "share_is_register"),
            ("/members", "nobody_shares"),
            ("/members/0/service_point_id", "point_twice"),
            ("/members/1/service_point_id", "other_branch"),
            ("/members/1", "member_without_part"),
        ]

    def test_names_a_point_of_another_enterprise_as_unknown(self, client: APIClient, building: Building) -> None:
        branch = make_branch(legal_entity=make_legal_entity())
        theirs = make_service_point(branch=branch, service=make_service(legal_entity=branch.legal_entity))
        members = [{"service_point_id": str(theirs.id), "is_subtracted": False, "is_sharing": True}]

        answer = send(client, "common-meters", body_of(building, members=members))

        assert (answer.status_code, answer.data["errors"][0]["code"]) == (400, "unknown_point")

    def test_makes_room_for_another_when_it_is_ended(self, client: APIClient, building: Building) -> None:
        first = send(client, "common-meters", body_of(building)).data["id"]
        other = body_of(building, method="EQUAL", attribute="", valid_from="2026-03-01")
        assert send(client, "common-meters", other).data["code"] == "common_meter_overlaps"

        ended = send(client, f"common-meters/{first}/end", {"valid_to": "2026-03-01"})

        assert (ended.status_code, ended.data["valid_to"], len(ended.data["members"])) == (200, "2026-03-01", 4)
        assert send(client, "common-meters", other).status_code == 201
        listed = client.get("/api/v1/common-meters").data["results"]
        assert [(row["valid_from"], row["valid_to"]) for row in listed] == [
            ("2026-03-01", None),
            ("2026-01-01", "2026-03-01"),
        ]

    def test_is_not_ended_before_it_starts_or_after_it_ended(self, client: APIClient, building: Building) -> None:
        first = send(client, "common-meters", body_of(building, valid_to="2026-03-01")).data["id"]

        for day in ("2026-01-01", "2026-03-01", "2026-04-01"):
            answer = send(client, f"common-meters/{first}/end", {"valid_to": day})
            assert (answer.status_code, answer.data["code"]) == (409, "rule_end_refused")
