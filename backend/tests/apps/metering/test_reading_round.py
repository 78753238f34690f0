from datetime import date
from typing import Any

import pytest
from rachun.apps.metering.models import Meter
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.metering import hold_reading, make_agreement, make_meter, place_meter, read_meter

pytestmark = pytest.mark.django_db
JANUARY_1, MARCH_1 = date(2026, 1, 1), date(2026, 3, 1)


@pytest.fixture
def meter() -> Meter:
    """Two registers, moved on the first of March to another point of the same branch."""
    old = make_agreement()
    new = make_agreement(branch=old.service_point.branch)
    meter = make_meter(branch=old.service_point.branch, serial="E-7", registers=("VT", "MT"))
    place_meter(meter=meter, service_point=old.service_point, installed=(JANUARY_1, MARCH_1))
    place_meter(meter=meter, service_point=new.service_point, installed=(MARCH_1, None))
    return meter


@pytest.fixture
def client(meter: Meter) -> APIClient:
    return client_of(make_operator(entity=meter.legal_entity))


def told(client: APIClient, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/registers-to-read?{query}")
    assert answer.status_code == 200, answer.content
    assert answer.data["count"] == len(answer.data["results"])
    return list(answer.data["results"])


class TestWhatHasToBeRead:
    def test_is_each_register_where_it_stands_on_the_day(self, client: APIClient, meter: Meter) -> None:
        february, march = told(client, "read_date=2026-02-28"), told(client, "read_date=2026-03-31")

        assert [row["register"] for row in february] == ["MT", "VT"]
        old, new = meter.installations.order_by("valid_from")
        assert {row["service_point_code"] for row in february} == {old.service_point.code}
        assert {row["service_point_code"] for row in march} == {new.service_point.code}
        assert told(client, "read_date=2025-12-31") == []

    def test_comes_with_the_reading_before_and_that_of_the_day(self, client: APIClient, meter: Meter) -> None:
        read_meter(meter=meter, register="VT", on="2026-01-31", value="100")
        read_meter(meter=meter, register="VT", on="2026-02-28", value="142.5", kind="CUSTOMER")

        mt, vt = told(client, "read_date=2026-02-28")

        assert (vt["previous_value"], vt["previous_date"]) == ("100.000000", "2026-02-01")
        assert (vt["value"], vt["kind"]) == ("142.500000", "CUSTOMER")
        assert (mt["previous_value"], mt["value"], mt["kind"]) == (None, None, None)

    def test_can_be_only_what_is_missing(self, client: APIClient, meter: Meter) -> None:
        read_meter(meter=meter, register="VT", on="2026-02-28", value="1")

        missing = told(client, "read_date=2026-02-28&is_read=false")

        assert [row["register"] for row in missing] == ["MT"]

    def test_names_who_is_served_there_that_day(self, client: APIClient, meter: Meter) -> None:
        _old, new = meter.installations.order_by("valid_from")
        account = new.service_point.agreements.get().account

        rows = told(client, f"read_date=2026-03-31&search={account.number}")

        assert {(row["account_number"], row["holder"]) for row in rows} == {(account.number, account.party.name)}
        assert len(rows) == 2

    def test_is_found_by_serial_and_not_by_a_text_without_letters(self, client: APIClient) -> None:
        assert len(told(client, "read_date=2026-03-31&search=e-7")) == 2
        assert told(client, "read_date=2026-03-31&search=%E2%80%94") == []

    def test_says_where_a_reading_waits(self, meter: Meter) -> None:
        single = make_meter(branch=meter.branch)
        place_meter(meter=single, service_point=meter.installations.earliest("valid_from").service_point)
        hold_reading(meter=single, on="2026-03-31", value="5")

        rows = told(client_of(make_operator(entity=meter.legal_entity)), "read_date=2026-03-31")

        assert {row["meter_serial"]: row["is_held"] for row in rows} == {"E-7": False, single.serial: True}


class TestReadingsOfAnAccount:
    def test_are_those_of_the_meters_where_it_is_served(self, client: APIClient, meter: Meter) -> None:
        read_meter(meter=meter, register="VT", on="2026-03-31", value="7")
        other = make_agreement(branch=meter.branch)
        _old, new = meter.installations.order_by("valid_from")
        account = new.service_point.agreements.get().account

        ours = client.get(f"/api/v1/readings?account_id={account.id}").data["results"]
        theirs = client.get(f"/api/v1/readings?account_id={other.account_id}").data["results"]

        assert [row["value"] for row in ours] == ["7.000000"]
        assert theirs == []
