"""Rows of a customer file, by the columns that the importer states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rachun.apps.demo.generate.files import workbook
from rachun.formats.csv_out import write_csv
from rachun.formats.customers import CUSTOMERS

COLUMNS = tuple(column.name for column in CUSTOMERS.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    external_number: str
    kind: str
    name: str
    language: str
    branch: str
    tax_id: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    settlement: str
    street: str
    building: str
    unit: str
    postcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """opening: register → what it shows on the first day."""

    serial: str
    digits: int
    opening: Mapping[str, int]
    multiplier: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One service taken at one point."""

    service: str
    plan: str
    point: str
    agreement_from: date
    meter: Meter | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def customer_row(*, holder: Holder, place: Place, taken: Taken) -> dict[str, str]:
    meter = taken.meter
    metered = {
        "meter_serial": meter.serial,
        "meter_digits": str(meter.digits),
        "registers": ",".join(meter.opening),
        "multiplier": str(meter.multiplier),
        "opening_readings": ";".join(f"{register}={value}" for register, value in meter.opening.items()),
    } if meter else {}  # fmt: skip
    return {
        **{name: getattr(holder, name) for name in Holder.__slots__},
        **{name: getattr(place, name) for name in Place.__slots__},
        "service": taken.service,
        "tariff_plan": taken.plan,
        "service_point": taken.point,
        "agreement_from": taken.agreement_from.isoformat(),
        **metered,
        "attributes": ";".join(f"{name}={value}" for name, value in taken.attributes.items()),
    }


def as_table(rows: Sequence[Mapping[str, str]]) -> list[list[str]]:
    return [[row.get(name, "") for name in COLUMNS] for row in rows]


def customers_xlsx(*, rows: Sequence[Mapping[str, str]]) -> bytes:
    return workbook(sheet="customers", rows=[list(COLUMNS), *as_table(rows)])


def customers_csv(*, rows: Sequence[Mapping[str, str]]) -> bytes:
    return write_csv(header=COLUMNS, rows=as_table(rows))
