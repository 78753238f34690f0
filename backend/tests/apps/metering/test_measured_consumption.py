"""Worked by hand: every expected quantity is a subtraction of two readings written beside it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.test.utils import CaptureQueriesContext
from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.columns import texts
from rachun.apps.metering.models import Consumption, Reading
from rachun.apps.metering.selectors import ConsumptionFrames, list_measured_consumption
from tests.factories.metering import (
    LONG_AGO,
    make_agreement,
    make_meter,
    place_meter,
    read_meter,
    serve,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def consume(
    *agreements: ServiceAgreement, until: str = "2026-03-01", billed: dict[str, str] | None = None, at: datetime = NOW
) -> ConsumptionFrames:
    rows = [
        (str(agreement.id), register, date.fromisoformat(day))
        for agreement in agreements
        for register, day in (billed or {}).items()
    ]
    schema = {"agreement_id": pl.String, "register": pl.String, "billed_until": pl.Date}
    return list_measured_consumption(
        agreement_ids=texts(agreement.id for agreement in agreements),
        billed_until=pl.DataFrame(rows, schema=schema, orient="row"),
        since=date.fromisoformat(until) - timedelta(days=28),
        until=date.fromisoformat(until),
        known_until=at,
    )


def told(frames: ConsumptionFrames) -> list[tuple[Any, ...]]:
    return [
        (row["register"], str(row["period_from"]), str(row["period_to"]), row["quantity_micro"] / 10**6, row["basis"])
        for row in frames.consumption.iter_rows(named=True)
    ]


class TestMeasuredConsumption:
    def test_is_what_two_readings_differ_by_per_register(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch, registers=("VT", "MT"), serial="E-1")
        place_meter(meter=meter, service_point=agreement.service_point)
        opening = read_meter(meter=meter, on="2026-01-31", value="100", register="VT")
        closing = read_meter(meter=meter, on="2026-02-28", value="175.25", register="VT", kind="CUSTOMER")
        read_meter(meter=meter, on="2026-01-31", value="50", register="MT")
        read_meter(meter=meter, on="2026-02-28", value="50", register="MT")

        frames = consume(agreement)

        assert told(frames) == [
            ("MT", "2026-02-01", "2026-03-01", 0, "MEASURED"),
            ("VT", "2026-02-01", "2026-03-01", 75.25, "MEASURED"),
        ]
        assert frames.refusals.is_empty()
        assert json.loads(frames.consumption["evidence"][1]) == {
            "meter": "E-1",
            "register": "VT",
            "from": "2026-02-01",
            "to": "2026-03-01",
            "from_value": "100",
            "to_value": "175.25",
            "multiplier": "1",
            "digits": 6,
            "reading_ids": [str(opening.id), str(closing.id)],
            "kinds": ["ACTUAL", "CUSTOMER"],
            "rollover": False,
        }

    def test_of_an_exchange_is_two_stretches_each_with_its_multiplier(self) -> None:
        agreement = make_agreement(served=(date(2026, 2, 1), None))
        point, branch = agreement.service_point, agreement.service_point.branch
        old, new = make_meter(branch=branch), make_meter(branch=branch, multiplier="20")
        place_meter(meter=old, service_point=point, installed=(date(2026, 2, 1), date(2026, 2, 12)))
        place_meter(meter=new, service_point=point, installed=(date(2026, 2, 12), None))
        read_meter(meter=old, on="2026-01-31", value="45210")
        read_meter(meter=old, on="2026-02-11", value="45730")
        read_meter(meter=new, on="2026-02-11", value="10")
        read_meter(meter=new, on="2026-02-28", value="46")

        assert told(consume(agreement)) == [
            ("T1", "2026-02-01", "2026-02-12", 520, "MEASURED"),
            ("T1", "2026-02-12", "2026-03-01", 720, "MEASURED"),
        ]

    def test_passes_zero_when_the_register_is_full(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch, digits=5)
        place_meter(meter=meter, service_point=agreement.service_point)
        read_meter(meter=meter, on="2026-01-31", value="99987")
        read_meter(meter=meter, on="2026-02-28", value="9")

        frames = consume(agreement)

        assert told(frames) == [("T1", "2026-02-01", "2026-03-01", 22, "MEASURED")]
        assert json.loads(frames.consumption["evidence"][0])["rollover"] is True

    def test_is_refused_when_a_lower_value_is_no_rollover(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch, digits=5, serial="W-2")
        place_meter(meter=meter, service_point=agreement.service_point)
        read_meter(meter=meter, on="2026-01-31", value="436")
        read_meter(meter=meter, on="2026-02-28", value="428")

        frames = consume(agreement)

        assert frames.consumption.is_empty()
        [refusal] = frames.refusals.to_dicts()
        assert (refusal["agreement_id"], refusal["code"]) == (str(agreement.id), "READING_BELOW_PREVIOUS")
        assert json.loads(refusal["params"])["value"] == "428"

    def test_is_parted_where_one_holder_leaves_and_another_comes(self) -> None:
        leaving = make_agreement(served=(date(2026, 1, 1), date(2026, 2, 10)))
        coming = make_agreement(service_point=leaving.service_point, served=(date(2026, 2, 10), None))
        meter = make_meter(branch=leaving.service_point.branch)
        place_meter(meter=meter, service_point=leaving.service_point)
        for day, value in (("2026-01-31", "100"), ("2026-02-09", "130"), ("2026-02-28", "200")):
            read_meter(meter=meter, on=day, value=value)

        assert told(consume(leaving)) == [("T1", "2026-02-01", "2026-02-10", 30, "MEASURED")]
        assert told(consume(coming)) == [("T1", "2026-02-10", "2026-03-01", 70, "MEASURED")]

    def test_leaves_out_the_days_of_a_suspension(self) -> None:
        agreement = make_agreement(served=(date(2026, 1, 1), date(2026, 2, 10)))
        serve(agreement=agreement, served=(date(2026, 2, 20), None))
        meter = make_meter(branch=agreement.service_point.branch)
        place_meter(meter=meter, service_point=agreement.service_point)
        for day, value in (
            ("2026-01-31", "100"),
            ("2026-02-09", "130"),
            ("2026-02-19", "131"),
            ("2026-02-28", "150"),
        ):
            read_meter(meter=meter, on=day, value=value)

        assert told(consume(agreement)) == [
            ("T1", "2026-02-01", "2026-02-10", 30, "MEASURED"),
            ("T1", "2026-02-20", "2026-03-01", 19, "MEASURED"),
        ]

    def test_starts_where_billing_stopped_and_gives_late_months_too(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch)
        place_meter(meter=meter, service_point=agreement.service_point)
        for day, value in (("2025-12-31", "0"), ("2026-01-31", "10"), ("2026-02-28", "30"), ("2026-03-31", "60")):
            read_meter(meter=meter, on=day, value=value)

        assert told(consume(agreement, billed={"T1": "2026-02-01"}, until="2026-04-01")) == [
            ("T1", "2026-02-01", "2026-03-01", 20, "MEASURED"),
            ("T1", "2026-03-01", "2026-04-01", 30, "MEASURED"),
        ]
        assert told(consume(agreement, billed={"T1": "2026-04-01"}, until="2026-04-01")) == []

    def test_is_refused_when_the_day_billing_stopped_on_was_never_read(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch)
        place_meter(meter=meter, service_point=agreement.service_point)
        read_meter(meter=meter, on="2026-02-10", value="10")
        read_meter(meter=meter, on="2026-02-28", value="30")

        frames = consume(agreement, billed={"T1": "2026-02-01"})

        assert [row["code"] for row in frames.refusals.to_dicts()] == ["BILLED_END_NOT_READ"]

    def test_gives_no_row_up_to_an_end_without_a_reading(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch)
        place_meter(meter=meter, service_point=agreement.service_point)
        read_meter(meter=meter, on="2026-01-31", value="10")

        frames = consume(agreement)

        assert frames.consumption.is_empty()
        assert frames.refusals.is_empty()

    def test_repeats_what_was_known_then(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch)
        place_meter(meter=meter, service_point=agreement.service_point)
        read_meter(meter=meter, on="2026-01-31", value="10")
        mistaken = read_meter(meter=meter, on="2026-02-28", value="910")
        corrected_at = datetime(2026, 3, 5, tzinfo=UTC)
        Reading.objects.filter(id=mistaken.id).update(superseded_at=corrected_at)
        read_meter(meter=meter, on="2026-02-28", value="90", recorded_at=corrected_at)

        before = consume(agreement, at=datetime(2026, 3, 4, tzinfo=UTC))
        after = consume(agreement, at=corrected_at)

        assert [row[3] for row in told(before)] == [900]
        assert [row[3] for row in told(after)] == [80]

    def test_that_rests_on_an_estimate_says_so(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch)
        place_meter(meter=meter, service_point=agreement.service_point)
        read_meter(meter=meter, on="2026-01-31", value="10")
        read_meter(meter=meter, on="2026-02-28", value="30", kind="ESTIMATED")

        assert [row[4] for row in told(consume(agreement))] == ["ESTIMATED"]


class TestStatedConsumption:
    def test_stands_beside_measurement_with_its_evidence(self) -> None:
        agreement = make_agreement()
        state_norm(agreement)

        frames = consume(agreement)

        assert told(frames) == [("T1", "2026-02-01", "2026-03-01", 12.5, "NORM")]
        assert json.loads(frames.consumption["evidence"][0])["text"] == "act 7"
        assert told(consume(agreement, billed={"T1": "2026-03-01"})) == []

    def test_is_refused_for_days_that_are_measured_too(self) -> None:
        agreement = make_agreement()
        meter = make_meter(branch=agreement.service_point.branch)
        place_meter(meter=meter, service_point=agreement.service_point)
        read_meter(meter=meter, on="2026-01-31", value="10")
        read_meter(meter=meter, on="2026-02-28", value="30")
        state_norm(agreement)

        codes = [row["code"] for row in consume(agreement).refusals.to_dicts()]

        assert codes == ["CONSUMPTION_STATED_AND_MEASURED"]


class TestTheSelector:
    def test_gives_nothing_for_an_unmetered_agreement(self) -> None:
        frames = consume(make_agreement())

        assert (frames.consumption.height, frames.refusals.height) == (0, 0)

    def test_asks_the_same_number_of_queries_for_one_and_for_many(self, django_assert_max_num_queries: Any) -> None:
        agreements = [make_agreement() for _ in range(5)]
        for agreement in agreements:
            meter = make_meter(branch=agreement.service_point.branch)
            place_meter(meter=meter, service_point=agreement.service_point)
            read_meter(meter=meter, on="2026-01-31", value="1")
            read_meter(meter=meter, on="2026-02-28", value="2")

        with django_assert_max_num_queries(6) as asked:
            frames = consume(*agreements)

        assert isinstance(asked, CaptureQueriesContext)
        assert frames.consumption.height == 5


def state_norm(agreement: ServiceAgreement) -> None:
    Consumption.objects.create(
        agreement=agreement,
        register_code="T1",
        quantity="12.5",
        basis=Consumption.Basis.NORM,
        evidence="act 7",
        valid_from=date(2026, 2, 1),
        valid_to=date(2026, 3, 1),
        recorded_at=LONG_AGO,
    )
