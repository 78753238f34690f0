"""Readings by the trust in their source: at the keystroke, on the way in, and in the list of those that wait."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from rachun.apps.metering.models import HeldReading, Meter, Reading, ReadingRule
from rachun.apps.metering.services import check_reading
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.metering import LONG_AGO, make_agreement, make_meter, place_meter, read_meter

pytestmark = pytest.mark.django_db
CHECKS = {"HIGH": {"action": "HOLD", "percent": 300}, "BELOW_PREVIOUS": {"action": "REFUSE"}}


@pytest.fixture
def meter() -> Meter:
    """Ten a day in January."""
    point = make_agreement().service_point
    meter = make_meter(branch=point.branch, serial="E-1")
    place_meter(meter=meter, service_point=point)
    read_meter(meter=meter, on="2025-12-31", value="100")
    read_meter(meter=meter, on="2026-01-31", value="410")
    ReadingRule.objects.create(
        legal_entity=meter.legal_entity,
        source="CUSTOMER",
        checks=CHECKS,
        valid_from=date(2025, 1, 1),
        recorded_at=LONG_AGO,
    )
    return meter


@pytest.fixture
def client(meter: Meter) -> APIClient:
    return client_of(make_operator(entity=meter.legal_entity))


def tell(client: APIClient, meter: Meter, value: str, *, kind: str = "CUSTOMER", address: str = "readings") -> Any:
    body = {"meter_id": str(meter.id), "register": "T1", "read_date": "2026-02-28", "value": value, "kind": kind}
    return client.post(f"/api/v1/{address}", body, format="json")


def decide(client: APIClient, held: str, decision: str) -> Any:
    return client.post(f"/api/v1/held-readings/{held}/{decision}", {"reason": "photo seen"}, format="json")


class TestCheckReading:
    def test_tells_what_would_become_of_it_and_changes_nothing(self, client: APIClient, meter: Meter) -> None:
        answer = tell(client, meter, "1300", address="readings/check")

        assert answer.status_code == 200
        assert answer.data == {
            "action": "HOLD",
            "checks": ["HIGH"],
            "previous_value": "410.000000",
            "previous_date": "2026-02-01",
            "used": "890.000000",
            "days": 28,
            "usual": "310.000000",
            "usual_days": 31,
        }
        assert Reading.objects.count() == 2
        assert not HeldReading.objects.exists()

    def test_names_a_register_that_is_not_there(self, client: APIClient, meter: Meter) -> None:
        body = {"meter_id": str(meter.id), "register": "T9", "read_date": "2026-02-28", "value": "1", "kind": "ACTUAL"}

        answer = client.post("/api/v1/readings/check", body, format="json")

        assert (answer.status_code, answer.data["code"]) == (422, "unknown_register")


class TestAReadingOfACustomer:
    def test_is_taken_when_it_is_as_usual(self, client: APIClient, meter: Meter) -> None:
        assert tell(client, meter, "690").status_code == 201

    def test_is_refused_with_the_check_it_did_not_pass(self, client: APIClient, meter: Meter) -> None:
        answer = tell(client, meter, "409")

        assert (answer.status_code, answer.data["params"]["reason"]) == (422, "reading_not_trusted")
        assert answer.data["errors"][0]["params"]["checks"] == "BELOW_PREVIOUS"

    def test_waits_for_review_and_counts_once_it_is_accepted(self, client: APIClient, meter: Meter) -> None:
        held = tell(client, meter, "1300")
        again = tell(client, meter, "1300")
        assert (held.status_code, held.data["checks"], again.data["id"]) == (202, ["HIGH"], held.data["id"])
        assert Reading.objects.count() == 2

        accepted = decide(client, held.data["id"], "accept")

        assert (accepted.status_code, accepted.data["decision"]) == (200, "ACCEPTED")
        assert Reading.objects.get(boundary_date=date(2026, 3, 1)).value == 1300
        twice = decide(client, held.data["id"], "refuse")
        assert (twice.status_code, twice.data["code"]) == (409, "reading_already_decided")

    def test_that_is_refused_stays_in_the_list_with_its_reason(self, client: APIClient, meter: Meter) -> None:
        held = tell(client, meter, "1300").data["id"]

        decide(client, held, "refuse")

        [row] = client.get("/api/v1/held-readings").data["results"]
        assert (row["decision"], row["reason"], row["meter_serial"]) == ("REFUSED", "photo seen", "E-1")
        assert not Reading.objects.filter(boundary_date=date(2026, 3, 1)).exists()
        assert client.get("/api/v1/held-readings?is_decided=false").data["results"] == []


class TestAReadingOfAReader:
    def test_is_taken_whatever_it_says_where_no_rule_is(self, client: APIClient, meter: Meter) -> None:
        assert tell(client, meter, "1300", kind="ACTUAL").status_code == 201


class TestAReadingRule:
    def test_ends_the_one_before_it(self, client: APIClient, meter: Meter) -> None:
        body = {
            "legal_entity_id": str(meter.legal_entity_id),
            "rule_source": "CUSTOMER",
            "valid_from": "2026-02-01",
            "checks": [{"check": "HIGH", "action": "ACCEPT", "percent": 300}],
        }

        made = client.post("/api/v1/reading-rules", body, format="json")

        assert made.status_code == 201, made.data
        assert tell(client, meter, "1300").data["checks"] == ["HIGH"]
        rules = ReadingRule.objects.filter(superseded_at__isnull=True).order_by("valid_from")
        assert [(str(rule.valid_from), str(rule.valid_to)) for rule in rules] == [
            ("2025-01-01", "2026-02-01"),
            ("2026-02-01", "None"),
        ]

    @pytest.mark.parametrize(
        ("check", "field", "code"),
        [
            ({"check": "HIGH", "percent": 100}, "percent", "percent_not_above_usual"),
            ({"check": "SPIKE"}, "percent", "percent_not_above_usual"),
            ({"check": "LOW", "percent": 100}, "percent", "percent_not_below_usual"),
            ({"check": "ZERO", "percent": 5, "days": 1}, "percent", "percent_unused"),
            ({"check": "STALE"}, "days", "days_missing"),
            ({"check": "HIGH", "percent": 300, "days": 3}, "days", "days_unused"),
        ],
    )
    def test_is_refused_where_a_check_makes_no_sense(
        self, client: APIClient, meter: Meter, check: dict[str, Any], field: str, code: str
    ) -> None:
        checks = [{"check": "ROLLOVER", "action": "HOLD"}, {"action": "HOLD", **check}]

        answer = make_rule(client, meter, checks=checks)

        assert (answer.status_code, answer.data["code"]) == (400, "reading_rule_invalid")
        assert [(error["pointer"], error["code"]) for error in answer.data["errors"]] == [(f"/checks/1/{field}", code)]

    def test_names_a_check_that_is_there_twice(self, client: APIClient, meter: Meter) -> None:
        again = {"check": "ROLLOVER", "action": "HOLD"}

        answer = make_rule(client, meter, checks=[again, again], valid_to="2026-02-01")

        found = [(error["pointer"], error["code"]) for error in answer.data["errors"]]
        assert found == [("/valid_to", "ends_before_start"), ("/checks/1/check", "check_twice")]

    def test_counts_for_nothing_once_it_is_ended(self, client: APIClient, meter: Meter) -> None:
        rule = ReadingRule.objects.get()
        assert tell(client, meter, "409").status_code == 422

        ended = client.post(f"/api/v1/reading-rules/{rule.id}/end", {"valid_to": "2025-06-01"}, format="json")

        assert (ended.status_code, ended.data["valid_to"]) == (200, "2025-06-01")
        assert tell(client, meter, "409").status_code == 201
        again = client.post(f"/api/v1/reading-rules/{rule.id}/end", {"valid_to": "2025-05-01"}, format="json")
        assert again.status_code == 404
        rules = f"/api/v1/reading-rules?legal_entity_id={meter.legal_entity_id}&rule_source=CUSTOMER"
        listed = [client.get(f"{rules}&on_date={day}").data["results"] for day in ("2025-05-31", "2025-06-01")]
        assert [len(rows) for rows in listed] == [1, 0]


def make_rule(client: APIClient, meter: Meter, **changes: Any) -> Any:
    body = {"legal_entity_id": str(meter.legal_entity_id), "rule_source": "CUSTOMER", "valid_from": "2026-02-01"}
    return client.post("/api/v1/reading-rules", {**body, **changes}, format="json")


class TestAStaleReading:
    def test_is_as_old_as_the_days_of_the_enterprise_say(self, meter: Meter) -> None:
        """Told on 3 March half an hour after midnight in Sarajevo, when it is still 2 March by UTC."""
        rule = {"STALE": {"action": "HOLD", "days": 1}}
        ReadingRule.objects.create(
            legal_entity=meter.legal_entity,
            source="REMOTE",
            checks=rule,
            valid_from=date(2025, 1, 1),
            recorded_at=LONG_AGO,
        )

        told = {
            hour: check_reading(
                meter=meter,
                register="T1",
                boundary_date=date(2026, 3, 1),
                value=Decimal(600),
                kind="REMOTE",
                told_at=datetime(2026, 3, 2, hour, 30, tzinfo=UTC),
            ).opinion.checks
            for hour in (22, 23)
        }

        assert told == {22: (), 23: ("STALE",)}


class TestAnEstimationRule:
    def test_ends_the_one_before_it_and_is_ended(self, client: APIClient, meter: Meter) -> None:
        service = meter.installations.get().service_point.service
        body = {"steps": [{"method": "SAME_SEASON"}], "max_days": 90, "source_document": "Rules of supply"}
        first, second = (
            client.post(
                "/api/v1/estimation-rules",
                {**body, "service_id": str(service.id), "valid_from": day},
                format="json",
            )
            for day in ("2026-01-01", "2026-03-01")
        )
        assert (first.status_code, second.status_code) == (201, 201)

        ended = client.post(
            f"/api/v1/estimation-rules/{second.data['id']}/end", {"valid_to": "2026-06-01"}, format="json"
        )

        assert (ended.status_code, ended.data["valid_to"]) == (200, "2026-06-01")
        listed = client.get(f"/api/v1/estimation-rules?service_id={service.id}").data["results"]
        assert [(row["valid_from"], row["valid_to"]) for row in listed] == [
            ("2026-03-01", "2026-06-01"),
            ("2026-01-01", "2026-03-01"),
        ]
        [held] = client.get(f"/api/v1/estimation-rules?service_id={service.id}&on_date=2026-02-10").data["results"]
        assert held["valid_from"] == "2026-01-01"
        late = client.post(
            f"/api/v1/estimation-rules/{ended.data['id']}/end", {"valid_to": "2026-07-01"}, format="json"
        )
        assert (late.status_code, late.data["code"]) == (409, "rule_end_refused")
