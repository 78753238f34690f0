"""Files as people and meters send them, through the job that takes them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from rachun.apps.base.files import keep_file
from rachun.apps.base.imports import FileNotUnderstood
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job, JobRowError
from rachun.apps.metering.models import IntervalDay, Meter, Reading, Register
from rachun.apps.metering.services import IntervalRow, MeterFile, read_meter_file, record_intervals
from rachun.formats.dsmr_p1 import crc16
from rachun.formats.source import Source
from tests.factories.metering import make_agreement, make_meter, place_meter

from tests.samples import needs_samples, samples_dir

pytestmark = pytest.mark.django_db
CSV = (
    "meter_serial;register;read_date;value;kind\n"
    "E-1;T1;31.01.2026;10,5;ACTUAL\n"
    "E-9;T1;31.01.2026;11;ACTUAL\n"
    "E-1;T1;28.02.2026;20,25;CUSTOMER\n"
    "E-1;T1;28.02.2026;x;ACTUAL\n"
)


@pytest.fixture
def meter() -> Meter:
    agreement = make_agreement(served=(date(2012, 1, 1), None))
    meter = make_meter(branch=agreement.service_point.branch, serial="E-1")
    place_meter(meter=meter, service_point=agreement.service_point, installed=(date(2012, 1, 1), None))
    return meter


def take(meter: Meter, data: bytes, **params: Any) -> Job:
    told = {"name": "file", "sha256": keep_file(content=data), "format": "readings", **params}
    with transaction.atomic():
        job = enqueue("metering.import_readings", params=told, legal_entity_id=meter.legal_entity_id)
    return run_job_now(job.id)


def counts(job: Job) -> tuple[int, int, int, int]:
    return job.counts["records"], job.counts["added"], job.counts["known"], job.counts["errors"]


def readings(meter: Meter) -> list[tuple[date, Decimal, str]]:
    found = Reading.objects.filter(register__meter=meter, superseded_at__isnull=True).order_by("boundary_date")
    return [(reading.boundary_date, reading.value, reading.kind) for reading in found]


class TestAFileOfReadings:
    def test_keeps_good_rows_and_names_the_wrong_ones(self, meter: Meter) -> None:
        job = take(meter, CSV.encode())

        assert (job.state, counts(job)) == ("DONE", (4, 2, 0, 2))
        assert readings(meter) == [
            (date(2026, 2, 1), Decimal("10.5"), "ACTUAL"),
            (date(2026, 3, 1), Decimal("20.25"), "CUSTOMER"),
        ]
        errors = JobRowError.objects.filter(job=job).order_by("row_no")
        assert [(error.row_no, error.field, error.code) for error in errors] == [
            (3, "meter_serial", "unknown_meter"),
            (5, "value", "not_a_decimal"),
        ]
        assert errors[0].raw == "E-9;T1;31.01.2026;11;ACTUAL"

    def test_changes_nothing_the_second_time(self, meter: Meter) -> None:
        take(meter, CSV.encode())

        assert counts(take(meter, CSV.encode())) == (4, 0, 2, 2)
        assert Reading.objects.filter(register__meter=meter).count() == 2

    def test_says_what_would_happen_when_dry(self, meter: Meter) -> None:
        assert counts(take(meter, CSV.encode(), dry_run=True)) == (4, 2, 0, 2)
        assert readings(meter) == []

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "empty_file"),
            (b"what;ever\n1;2\n", "column_unknown"),
            ("лічильник;\x98\xd0".encode("utf-16-le"), ""),
            (CSV.encode()[:40] + b"\xff\xd6\x98\x00", ""),
        ],
    )
    def test_is_refused_whole_when_it_cannot_be_read(self, meter: Meter, data: bytes, reason: str) -> None:
        with transaction.atomic():
            told = {"name": "file", "sha256": keep_file(content=data), "format": "readings"}
            job = enqueue("metering.import_readings", params=told, legal_entity_id=meter.legal_entity_id)
        run_job_now(job.id)
        job.refresh_from_db()

        assert job.state == "FAILED"
        assert job.failure.startswith(FileNotUnderstood.code)
        assert reason in job.failure
        assert readings(meter) == []


class TestATelegram:
    def telegram(self, value: str) -> bytes:
        body = (
            "/XYZ5 INVENTED-1\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(260228235959W)\r\n0-0:96.1.1(452D31)\r\n"
            f"1-0:1.8.1({value}*kWh)\r\n1-0:1.7.0(00.100*kW)\r\n!"
        )
        return (body + f"{crc16(data=body.encode()):04X}\r\n").encode()

    def test_is_a_remote_reading_that_opens_the_next_day(self, meter: Meter) -> None:
        Register.objects.filter(meter=meter).update(obis="1-0:1.8.1")

        job = take(meter, self.telegram("000123.456"), format="dsmr_p1")

        assert readings(meter) == [(date(2026, 3, 1), Decimal("123.456"), "REMOTE")]
        assert job.counts["ignored"] == 1

    @needs_samples
    def test_of_a_real_meter_is_read_from_its_serial(self, meter: Meter) -> None:
        folder = samples_dir()
        assert folder is not None
        data = (folder / "meters/p1_dsmr/telegram_v5.txt").read_bytes()

        rows = read_meter_file(
            meter_file=MeterFile(format="dsmr_p1", file=Source(name="p1", data=data), time_zone="Europe/Amsterdam")
        )

        assert {row.register for row in rows.readings} >= {"1-0:1.8.1", "1-0:1.8.2", "1-0:2.8.1", "1-0:2.8.2"}
        assert rows.errors == []


class TestALoadProfile:
    def half_hours(self, day: str, count: int, *, skip: int = -1) -> bytes:
        start = datetime.fromisoformat(day)
        lines = [
            f"E-1,{start.replace(hour=n // 2, minute=n % 2 * 30):%Y-%m-%d %H:%M:%S},0.{n:02d}"
            for n in range(count)
            if n != skip
        ]
        return ("mac,datetime,kwhh\n" + "\n".join(lines) + "\n").encode()

    def test_is_one_row_a_local_day_with_its_holes(self, meter: Meter) -> None:
        job = take(meter, self.half_hours("2026-02-03", 48, skip=5), format="household_halfhourly")

        [day] = IntervalDay.objects.filter(register__meter=meter)
        assert (day.day, day.interval_s, len(day.quantities_micro)) == (date(2026, 2, 3), 1800, 48)
        assert [day.quantities_micro[n] for n in (4, 5, 6)] == [40_000, None, 60_000]
        assert job.counts["added"] == 1

    def test_is_completed_by_a_second_file_and_not_doubled(self, meter: Meter) -> None:
        take(meter, self.half_hours("2026-02-03", 20), format="household_halfhourly")
        take(meter, self.half_hours("2026-02-03", 48), format="household_halfhourly")
        again = take(meter, self.half_hours("2026-02-03", 48), format="household_halfhourly")

        [day] = IntervalDay.objects.filter(register__meter=meter, superseded_at__isnull=True)
        assert None not in day.quantities_micro
        assert (again.counts["added"], again.counts["known"]) == (0, 1)

    def test_has_places_for_the_hours_that_a_day_really_has(self, meter: Meter) -> None:
        midnights = {date(2026, 3, 29): 23, date(2026, 10, 25): 25}
        rows = [
            IntervalRow(
                row=number,
                meter_serial="E-1",
                register="T1",
                started_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
                interval_s=3600,
                quantity_micro=1,
                unit="kWh",
            )
            for number, day in enumerate(midnights)
        ]

        with transaction.atomic():
            record_intervals(
                legal_entity_id=meter.legal_entity_id,
                time_zone="Europe/Sarajevo",
                rows=rows,
                source="s",
                recorded_at=datetime(2026, 11, 1, tzinfo=UTC),
            )

        found = {day.day: len(day.quantities_micro) for day in IntervalDay.objects.filter(register__meter=meter)}
        assert found == midnights

    @needs_samples
    def test_of_a_real_household_is_taken_whole_and_once(self, meter: Meter) -> None:
        folder = samples_dir()
        assert folder is not None
        data = (folder / "meters/households/lcl_MAC000584_halfhourly.csv").read_bytes()
        told = {"format": "household_halfhourly", "meter_serial": "E-1"}

        first, second = take(meter, data, **told), take(meter, data, **told)

        stamps = [line.split(",")[2][:10] for line in data.decode().splitlines()[1:] if line]
        assert first.counts["added"] == len(set(stamps))
        assert (second.counts["added"], second.counts["known"]) == (0, first.counts["added"])

    @needs_samples
    def test_of_green_button_is_scaled_to_the_register_s_unit(self, meter: Meter) -> None:
        folder = samples_dir()
        assert folder is not None
        data = (folder / "meters/espi_greenbutton/test_usage_data_01.xml").read_bytes()

        rows = read_meter_file(
            meter_file=MeterFile(
                format="green_button",
                file=Source(name="gb", data=data),
                time_zone="Europe/Sarajevo",
                meter_serial="E-1",
                register="T1",
            )
        )

        assert rows.intervals
        assert {row.unit for row in rows.intervals} == {"kWh"}
