"""Files of any metering format → readings and interval values as metering takes them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from rachun.apps.metering.services.record_intervals import IntervalRow
from rachun.apps.metering.services.record_readings import ReadingRow
from rachun.formats.dsmr_p1 import RegisterValue, read_dsmr_p1
from rachun.formats.green_button import read_green_button
from rachun.formats.household_halfhourly import read_household_halfhourly
from rachun.formats.reading import FileRefused, RowError
from rachun.formats.readings import read_readings
from rachun.formats.source import Source
from rachun.values.quantity import MICRO

READING_FORMATS = ("readings", "dsmr_p1")
INTERVAL_FORMATS = ("household_halfhourly", "green_button")
FORMATS = READING_FORMATS + INTERVAL_FORMATS
_SCALES = {"wh": ("kWh", Decimal("0.001")), "varh": ("kvarh", Decimal("0.001")), "l": ("m3", Decimal("0.001"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterFile:
    """time_zone: of the legal entity. meter_serial and register: for formats that name none, or override."""

    format: str
    file: Source
    time_zone: str
    meter_serial: str = ""
    register: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRows:
    record_count: int
    readings: list[ReadingRow] = field(default_factory=list)
    intervals: list[IntervalRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)
    ignored: int = 0


def read_meter_file(*, meter_file: MeterFile) -> MeterRows:
    """Raises FileRefused when the file as a whole cannot be read."""
    readers = {
        "readings": _readings,
        "dsmr_p1": _telegrams,
        "household_halfhourly": _household,
        "green_button": _green_button,
    }
    if meter_file.format not in readers:
        raise FileRefused(code="unknown_format", params={"format": meter_file.format[:60]})
    return readers[meter_file.format](meter_file)


def boundary_of(*, local_at: datetime) -> date:
    """The day that a reading opens: its own when it was taken at midnight, else the next one."""
    return local_at.date() if local_at.time() == time(0) else local_at.date() + timedelta(days=1)


def _readings(meter_file: MeterFile) -> MeterRows:
    read = read_readings(source=meter_file.file, zone=meter_file.time_zone)
    zone = ZoneInfo(meter_file.time_zone)
    rows = [
        ReadingRow(
            row=record["row_no"],
            meter_serial=record["meter_serial"],
            register=record["register"],
            boundary_date=boundary_of(local_at=record["read_at"].astimezone(zone)),
            value=Decimal(record["value_micro"]) / MICRO,
            kind=record["kind"],
            read_at=None if record["is_end_of_day"] else record["read_at"],
        )
        for record in read.frame.iter_rows(named=True)
    ]
    return MeterRows(
        record_count=read.record_count, readings=rows, errors=list(read.errors), totals=_texts(read.totals.items())
    )


def _telegrams(meter_file: MeterFile) -> MeterRows:
    """Counters only (electricity C.8.E, M-Bus 24.2.C); power, voltage and the like are passed over and counted."""
    read = read_dsmr_p1(source=meter_file.file)
    counters = [value for value in read.rows if _is_counter(value)]
    rows, errors = [], list(read.errors)
    for value in counters:
        serial = meter_file.meter_serial or value.equipment_id or ""
        if not serial or value.local_at is None:
            missing = "equipment_id" if not serial else "local_at"
            errors.append(RowError(row=value.row, field=missing, code="required"))
            continue
        rows.append(
            ReadingRow(
                row=value.row,
                meter_serial=serial,
                register=value.obis,
                boundary_date=boundary_of(local_at=value.local_at),
                value=value.value,
                kind="REMOTE",
                read_at=_localised(value.local_at, value.summer_time, meter_file.time_zone),
                unit=value.unit,
            )
        )
    return MeterRows(
        record_count=read.record_count,
        readings=rows,
        errors=errors,
        totals=_texts(read.totals.items()),
        ignored=len(read.rows) - len(counters),
    )


def _is_counter(value: RegisterValue) -> bool:
    code = value.obis.partition(":")[2]
    return code.split(".")[1:2] == ["8"] or code.startswith("24.2.")


def _localised(local_at: datetime, summer_time: bool | None, zone: str) -> datetime:
    """The S or W flag tells the two comings of an autumn hour apart."""
    return local_at.replace(tzinfo=ZoneInfo(zone), fold=1 if summer_time is False else 0)


def _household(meter_file: MeterFile) -> MeterRows:
    read = read_household_halfhourly(source=meter_file.file, zone=meter_file.time_zone)
    rows = [
        IntervalRow(
            row=row_no,
            meter_serial=meter_file.meter_serial or household,
            register=meter_file.register,
            started_at=started_at,
            interval_s=seconds,
            quantity_micro=quantity,
            unit="kWh",
        )
        for row_no, household, started_at, seconds, quantity in read.frame.iter_rows()
    ]
    return MeterRows(
        record_count=read.record_count, intervals=rows, errors=list(read.errors), totals=_texts(read.totals.items())
    )


def _green_button(meter_file: MeterFile) -> MeterRows:
    read = read_green_button(source=meter_file.file)
    rows, errors = [], list(read.errors)
    for value in read.rows:
        unit, scale = _SCALES.get(value.unit.lower(), (value.unit, Decimal(1)))
        micro = value.value * scale * MICRO
        if micro != micro.to_integral_value():
            errors.append(
                RowError(row=value.row, field="value", code="too_precise", params={"value": str(value.value)})
            )
            continue
        rows.append(
            IntervalRow(
                row=value.row,
                meter_serial=meter_file.meter_serial,
                register=meter_file.register,
                started_at=value.started_at,
                interval_s=value.duration_s,
                quantity_micro=int(micro),
                unit=unit,
            )
        )
    return MeterRows(record_count=read.record_count, intervals=rows, errors=errors, totals=_texts(read.totals.items()))


def _texts(totals: Iterable[tuple[str, object]]) -> dict[str, str]:
    return {name: str(total) for name, total in totals}
