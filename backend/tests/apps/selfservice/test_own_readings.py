"""A subscriber tells what the meter shows: once, of the own meters, and never against what is settled."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from rachun.apps.metering.models import HeldReading, Reading, ReadingRule
from rachun.apps.selfservice.models import SentReading
from tests.apps.identity.makers import client_of, make_operator
from tests.apps.selfservice.makers import Household, make_household, subscriber_of
from tests.factories.billing import LONG_AGO, bill_month
from tests.factories.metering import make_meter, place_meter, read_meter

pytestmark = pytest.mark.usefixtures("fresh_database")
JPEG = b"\xff\xd8\xff\xe0 a dial"


@pytest.fixture
def home() -> Household:
    return make_household(readings={"2025-12-31": "1000", "2026-01-31": "1120"})


@pytest.fixture(autouse=True)
def _in_february() -> Any:
    with time_machine.travel("2026-02-20T12:00:00Z"):
        yield


def send(
    home: Household, value: str, *, on: str = "2026-02-20", key: str = "", photo: bytes | None = None, by: Any = None
) -> Any:
    body = {"register_id": str(home.register.id), "read_date": on, "value": value}
    files = {"photo": SimpleUploadedFile("dial.jpg", photo)} if photo is not None else {}
    client = by or home.client
    return client.post(
        "/api/v1/own/readings",
        {**body, **files},
        format="multipart",
        headers={"Idempotency-Key": key or f"key-{uuid4().hex}"},
    )


def in_force(home: Household, *, on: str) -> list[tuple[str, str]]:
    day = date.fromisoformat(on) + timedelta(days=1)
    found = Reading.objects.filter(register=home.register, boundary_date=day, superseded_at__isnull=True)
    return [(f"{reading.value:f}".rstrip("0").rstrip("."), reading.kind) for reading in found]


def hold_high(home: Household) -> None:
    ReadingRule.objects.create(
        legal_entity=home.town.entity,
        source="CUSTOMER",
        checks={"HIGH": {"action": "HOLD", "percent": 300}, "BELOW_PREVIOUS": {"action": "REFUSE"}},
        valid_from=date(2026, 1, 1),
        recorded_at=LONG_AGO,
    )


class TestASentReading:
    def test_counts_as_one_of_the_customer(self, home: Household) -> None:
        answer = send(home, "1190")

        assert answer.status_code == 201, answer.content
        assert (answer.json()["state"], answer.json()["has_photo"]) == ("TAKEN", False)
        assert in_force(home, on="2026-02-20") == [("1190", "CUSTOMER")]

    def test_once_more_changes_nothing_by_the_same_key_and_by_another(self, home: Household) -> None:
        answers = [send(home, "1190", key="a-key-of-the-phone"), send(home, "1190", key="a-key-of-the-phone")]
        answers.append(send(home, "1190"))

        assert [answer.status_code for answer in answers] == [201, 201, 200]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert Reading.objects.filter(register=home.register, kind="CUSTOMER").count() == 1

    def test_corrects_the_one_before_it_of_the_same_day(self, home: Household) -> None:
        send(home, "1910")
        send(home, "1190")

        states = [row["state"] for row in home.client.get("/api/v1/own/readings").json()["results"]]
        assert states == ["TAKEN", "REPLACED"]
        assert in_force(home, on="2026-02-20") == [("1190", "CUSTOMER")]

    def test_keeps_its_photo_for_the_subscriber_and_the_enterprise(self, home: Household) -> None:
        sent = send(home, "1190", photo=JPEG).json()
        operator = client_of(make_operator(entity=home.town.entity))

        mine = home.client.get(f"/api/v1/own/readings/{sent['id']}/photo")
        theirs = operator.get(f"/api/v1/sent-readings/{sent['id']}/photo")

        assert sent["has_photo"] is True
        assert [(one.content, one["Content-Type"]) for one in (mine, theirs)] == [(JPEG, "image/jpeg")] * 2

    @pytest.mark.parametrize("photo", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff" + b"0" * (8 * 1024 * 1024)])
    def test_with_something_else_for_a_photo_is_refused_whole(self, home: Household, photo: bytes) -> None:
        answer = send(home, "1190", photo=photo)

        assert (answer.status_code, answer.json()["code"]) == (422, "photo_refused")
        assert in_force(home, on="2026-02-20") == []


class TestAnUnbelievableReading:
    def test_waits_and_says_so(self, home: Household) -> None:
        hold_high(home)

        answer = send(home, "4000")

        assert (answer.status_code, answer.json()["state"]) == (201, "WAITING")
        assert in_force(home, on="2026-02-20") == []
        held = HeldReading.objects.get()
        assert answer.json()["held_reading_id"] == str(held.id)
        [told] = home.client.get(f"/api/v1/own/accounts/{home.account.id}/meters").json()["registers"]
        assert (told["latest"]["value"], told["waiting"]["value"]) == ("1120.000000", "4000.000000")

    def test_that_the_rules_refuse_is_refused_in_words(self, home: Household) -> None:
        hold_high(home)

        answer = send(home, "1100")

        assert (answer.status_code, answer.json()["code"]) == (422, "reading_not_believable")
        assert not SentReading.objects.exists()

    def test_is_foretold_while_it_is_typed(self, home: Household) -> None:
        hold_high(home)
        body = {"register_id": str(home.register.id), "read_date": "2026-02-20", "value": "4000"}

        told = home.client.post("/api/v1/own/readings/check", body).json()

        assert (told["action"], told["checks"], told["previous_value"]) == ("HOLD", ["HIGH"], "1120.000000")
        assert told["used"] == "2880.000000"
        assert not HeldReading.objects.exists()


class TestADayThatIsSettled:
    @pytest.mark.parametrize(
        ("on", "value", "code"),
        [
            ("2026-02-21", "1190", "reading_in_future"),
            ("2026-01-30", "1115", "reading_out_of_date"),
            ("2026-01-31", "1121", "reading_settled"),  # read by the enterprise
        ],
    )
    def test_is_refused(self, home: Household, on: str, value: str, code: str) -> None:
        answer = send(home, value, on=on)

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert in_force(home, on="2026-01-31") == [("1120", "ACTUAL")]

    def test_by_a_bill_is_refused_also_where_the_subscriber_told_it(self) -> None:
        home = make_household(readings={"2025-12-31": "1000"})
        read_meter(meter=home.register.meter, on="2026-01-31", value="1120", kind="CUSTOMER")
        bill_month(town=home.town)

        answer = send(home, "1100", on="2026-01-31")

        assert answer.json()["code"] == "reading_settled"


class TestTheOwnMeters:
    def test_are_those_that_serve_the_account_today(self, home: Household) -> None:
        [told] = home.client.get(f"/api/v1/own/accounts/{home.account.id}/meters").json()["registers"]

        assert (told["id"], told["unit"], told["digits"]) == (str(home.register.id), "kWh", 6)
        assert (told["latest"]["value"], told["latest"]["boundary_date"]) == ("1120.000000", "2026-02-01")

    def test_are_those_of_the_day_at_the_enterprise(self, home: Household) -> None:
        new = make_meter(branch=home.town.branch)
        point = home.account.agreements.get().service_point
        place_meter(meter=new, service_point=point, installed=(date(2026, 3, 1), None))
        read_meter(meter=new, on="2026-02-28", value="0")
        of_new = replace(home, register=new.registers.get())

        with time_machine.travel("2026-02-28T22:59:00Z"):  # one minute before midnight in Sarajevo
            early = send(of_new, "1", on="2026-03-01", by=subscriber_of(home.account))
        with time_machine.travel("2026-02-28T23:01:00Z"):
            in_time = send(of_new, "1", on="2026-03-01", by=subscriber_of(home.account))

        assert (early.status_code, in_time.status_code) == (404, 201)

    def test_of_somebody_else_cannot_be_read_or_told(self, home: Household) -> None:
        other = make_household(readings={"2025-12-31": "5"}, town=home.town)
        mine = send(home, "1190", photo=JPEG).json()
        check = {"register_id": str(home.register.id), "read_date": "2026-02-20", "value": "1190"}

        answers = [
            send(home, "1191", by=other.client),
            other.client.post("/api/v1/own/readings/check", check),
            other.client.get(f"/api/v1/own/accounts/{home.account.id}/meters"),
            other.client.get(f"/api/v1/own/readings/{mine['id']}/photo"),
        ]

        assert [answer.status_code for answer in answers] == [404] * 4
        assert other.client.get("/api/v1/own/readings").json()["results"] == []
        assert in_force(home, on="2026-02-20") == [("1190", "CUSTOMER")]
