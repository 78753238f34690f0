from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from rachun.apps.agreements.events import MeteredAgreementImported
from rachun.apps.metering.errors import MeterElsewhere, ReadingRefused, ReadingsMissing
from rachun.apps.metering.models import Installation, Meter, Reading
from rachun.apps.metering.services import (
    ReadingRow,
    Recorded,
    exchange_meter,
    install_meter,
    record_readings,
    take_imported_meter,
)
from tests.factories.metering import make_agreement, make_meter, place_meter, read_meter

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def meter() -> Meter:
    agreement = make_agreement()
    meter = make_meter(branch=agreement.service_point.branch, serial="E-1", digits=5)
    place_meter(meter=meter, service_point=agreement.service_point)
    return meter


def row(value: str, *, on: date = date(2026, 3, 1), number: int = 1, **other: str) -> ReadingRow:
    facts = {"meter_serial": "E-1", "register": "T1", "kind": "ACTUAL", **other}
    return ReadingRow(row=number, boundary_date=on, value=Decimal(value), **facts)


def record(meter: Meter, *rows: ReadingRow, is_dry: bool = False) -> Recorded:
    with transaction.atomic():
        return record_readings(
            legal_entity_id=meter.legal_entity_id, rows=rows, source="route 7", recorded_at=NOW, is_dry=is_dry
        )


def in_force(meter: Meter) -> list[tuple[date, Decimal, str]]:
    found = Reading.objects.filter(register__meter=meter, superseded_at__isnull=True).order_by("boundary_date")
    return [(reading.boundary_date, reading.value, reading.verdict) for reading in found]


class TestRecordReadings:
    def test_changes_nothing_the_second_time(self, meter: Meter) -> None:
        first, second = record(meter, row("10")), record(meter, row("10"))

        assert (first.added, first.known) == (1, 0)
        assert (second.added, second.known) == (0, 1)
        assert Reading.objects.filter(register__meter=meter).count() == 1

    def test_lets_a_later_one_supersede_and_keeps_both(self, meter: Meter) -> None:
        record(meter, row("10"))

        outcome = record(meter, row("12"))

        assert (outcome.added, outcome.superseded) == (1, 1)
        assert [value for _day, value, _verdict in in_force(meter)] == [12]
        assert Reading.objects.filter(register__meter=meter).count() == 2

    def test_writes_nothing_when_dry(self, meter: Meter) -> None:
        outcome = record(meter, row("10"), is_dry=True)

        assert (outcome.added, outcome.verdicts) == (1, {"OPENING": 1})
        assert in_force(meter) == []

    @pytest.mark.parametrize(
        ("wrong", "field", "code"),
        [
            (row("1", meter_serial="E-9"), "meter_serial", "unknown_meter"),
            (row("1", register="T9"), "register", "unknown_register"),
            (row("1", unit="m3"), "unit", "wrong_unit"),
            (row("1", on=date(2025, 12, 31)), "read_date", "not_installed"),
            (row("-1"), "value", "reading_negative"),
            (row("100000"), "value", "reading_over_dial"),
        ],
    )
    def test_refuses_a_wrong_row_and_keeps_the_others(
        self, meter: Meter, wrong: ReadingRow, field: str, code: str
    ) -> None:
        outcome = record(meter, wrong, row("7", on=date(2026, 2, 1), number=2))

        assert [(error.row, error.field, error.code) for error in outcome.errors] == [(1, field, code)]
        assert outcome.added == 1

    def test_refuses_the_second_reading_of_a_day_in_one_batch(self, meter: Meter) -> None:
        outcome = record(meter, row("10"), row("11", number=2))

        assert [(error.row, error.code) for error in outcome.errors] == [(2, "duplicate")]

    @pytest.mark.parametrize(
        ("value", "verdict"),
        [("150", "NORMAL"), ("100", "ZERO"), ("99", "READING_BELOW_PREVIOUS"), ("5000", "HIGH")],
    )
    def test_judges_against_the_register_s_own_history(self, meter: Meter, value: str, verdict: str) -> None:
        read_meter(meter=meter, on="2025-12-31", value="50")
        read_meter(meter=meter, on="2026-01-31", value="100")

        assert record(meter, row(value)).verdicts == {verdict: 1}

    def test_sees_a_register_pass_zero(self, meter: Meter) -> None:
        read_meter(meter=meter, on="2026-01-31", value="99990")

        assert record(meter, row("5")).verdicts == {"ROLLOVER": 1}

    def test_says_when_the_next_reading_no_longer_fits(self, meter: Meter) -> None:
        read_meter(meter=meter, on="2025-12-31", value="50")
        read_meter(meter=meter, on="2026-02-28", value="60")

        outcome = record(meter, row("70", on=date(2026, 2, 1)))

        assert outcome.verdicts == {"NORMAL,ABOVE_NEXT": 1}


class TestExchangeMeter:
    def test_closes_one_and_opens_the_other_on_one_day(self, meter: Meter) -> None:
        new = make_meter(branch=meter.branch, serial="E-2")

        with transaction.atomic():
            exchange_meter(
                old_meter_id=meter.id,
                new_meter_id=new.id,
                exchange_date=date(2026, 2, 12),
                closing={"T1": Decimal(730)},
                opening={"T1": Decimal(10)},
                at=NOW,
            )

        days = Installation.objects.filter(superseded_at__isnull=True).order_by("valid_from")
        assert [(day.meter_id, day.valid_from, day.valid_to) for day in days] == [
            (meter.id, date(2026, 1, 1), date(2026, 2, 12)),
            (new.id, date(2026, 2, 12), None),
        ]
        assert [reading[:2] for reading in in_force(meter)] == [(date(2026, 2, 12), 730)]
        assert [reading[:2] for reading in in_force(new)] == [(date(2026, 2, 12), 10)]

    def test_leaves_the_old_meter_in_place_when_the_new_one_cannot_be_opened(self, meter: Meter) -> None:
        new = make_meter(branch=meter.branch, serial="E-2")

        with pytest.raises(ReadingRefused), transaction.atomic():
            exchange_meter(
                old_meter_id=meter.id,
                new_meter_id=new.id,
                exchange_date=date(2026, 2, 12),
                closing={"T1": Decimal(730)},
                opening={"T1": Decimal(-1)},
                at=NOW,
            )

        assert Installation.objects.get(superseded_at__isnull=True).valid_to is None
        assert in_force(meter) == []


class TestInstallMeter:
    def test_wants_every_register_read(self, meter: Meter) -> None:
        spare = make_meter(branch=meter.branch, registers=("VT", "MT"))
        point = meter.installations.get().service_point

        with pytest.raises(ReadingsMissing), transaction.atomic():
            install_meter(
                meter_id=spare.id,
                service_point=point,
                installed_date=date(2026, 3, 1),
                opening={"VT": Decimal(0)},
                installed_at=NOW,
            )

    def test_refuses_a_meter_that_stands_elsewhere(self, meter: Meter) -> None:
        elsewhere = make_agreement(branch=meter.branch).service_point

        with pytest.raises(MeterElsewhere), transaction.atomic():
            install_meter(
                meter_id=meter.id,
                service_point=elsewhere,
                installed_date=date(2026, 3, 1),
                opening={"T1": Decimal(0)},
                installed_at=NOW,
            )


class TestAnImportedMeter:
    def test_is_registered_installed_and_read_once(self) -> None:
        point = make_agreement().service_point
        event = MeteredAgreementImported(
            service_point_id=point.id,
            meter_serial="E-7",
            unit="kWh",
            digits=6,
            multiplier=Decimal(20),
            opening_readings={"VT": Decimal(100), "MT": Decimal("50.5")},
            installed_date=date(2026, 1, 1),
            source="customers.csv",
            recorded_at=NOW,
        )

        for _ in range(2):
            with transaction.atomic():
                take_imported_meter(event)

        meter = Meter.objects.get(serial="E-7")
        assert meter.installations.get().service_point_id == point.id
        assert sorted(value for _day, value, _verdict in in_force(meter)) == [Decimal("50.5"), 100]


class TestTheDatabase:
    def test_refuses_a_second_reading_in_force_on_one_day(self, meter: Meter) -> None:
        read_meter(meter=meter, on="2026-01-31", value="1")

        with pytest.raises(IntegrityError), transaction.atomic():
            read_meter(meter=meter, on="2026-01-31", value="2")

    def test_lets_nobody_change_a_value(self, meter: Meter) -> None:
        reading = read_meter(meter=meter, on="2026-01-31", value="1")

        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE metering_reading SET value = 2 WHERE id = %s", [reading.id])
