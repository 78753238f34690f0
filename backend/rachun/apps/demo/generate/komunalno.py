"""The files that Komunalno loads each month: customers (workbook) and readings (CSV)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from rachun.apps.demo.generate import buildings
from rachun.apps.demo.generate.customer_rows import Holder, customer_row, customers_xlsx
from rachun.apps.demo.generate.files import MONTHS, DemoFile, FileKind, month_end, next_month
from rachun.apps.demo.generate.komunalno_people import (
    CHANGES_HANDS,
    FIRMS,
    HOUSEHOLDS,
    LATE_READING,
    METER_EXCHANGED,
    MOVES_OUT,
    NO_READING,
    WATER_UNREAD,
    Customer,
    firm,
    household,
    household_holder,
    shown_at,
    taken_by,
)
from rachun.apps.demo.generate.names import bosnian_person
from rachun.formats.csv_out import write_csv

EXCHANGE_DATE = date(2026, 8, 18)
MOVE_OUT_DATE = date(2026, 9, 15)
HAND_OVER_DATE = date(2026, 9, 21)
LATE_MONTH, UNREAD_MONTH = MONTHS[1], MONTHS[3]
NEW_METER = "EB109009"
NEW_HOLDER = "190013"
READINGS_HEADER = ("meter_serial", "register", "read_date", "value", "kind", "source_ref")
ONE_DAY = timedelta(days=1)
ReadingRow = tuple[str, str, str, str, str, str]


def customers(*, households: int = HOUSEHOLDS) -> list[Customer]:
    """Everybody, households first. More households than the demo's own only add to the end."""
    return [household(number=number) for number in range(households)] + [firm(number=number) for number in range(FIRMS)]


def month_files(*, month: date, households: int = HOUSEHOLDS) -> list[DemoFile]:
    """In the order in which they are loaded."""
    everybody = customers(households=households)
    files = [customer_file(month=month, everybody=everybody), *late_file(month=month, everybody=everybody)]
    rows = [row for customer in everybody for row in reading_rows(customer=customer, month=month)]
    rows += main_meter_rows(month=month, everybody=everybody)
    readings = write_csv(header=READINGS_HEADER, rows=rows)
    name = f"ocitanja-{month:%Y-%m}.csv"
    return [file for file in files if file] + [DemoFile(name=name, kind=FileKind.READINGS, content=readings)]


def customer_file(*, month: date, everybody: Sequence[Customer]) -> DemoFile | None:
    """The whole base in the first month, later whoever moved in; None when nobody did."""
    rows: list[Mapping[str, str]] = [
        customer_row(holder=customer.holder, place=customer.place, taken=taken)
        for customer in everybody
        if month <= customer.starts < next_month(month)
        for taken in taken_by(customer=customer)
    ]
    if month == MONTHS[0]:
        rows += buildings.flat_rows()
    if month <= HAND_OVER_DATE < next_month(month):
        rows += hand_over_rows()
    if not rows:
        return None
    return DemoFile(name=f"kupci-{month:%Y-%m}.xlsx", kind=FileKind.CUSTOMERS, content=customers_xlsx(rows=rows))


def hand_over_rows() -> list[Mapping[str, str]]:
    """The new holder takes the same services at the same points; the meters stay where they are."""
    former = household(number=CHANGES_HANDS)
    return [
        customer_row(
            holder=new_holder(former.holder),
            place=former.place,
            taken=replace(taken, agreement_from=HAND_OVER_DATE, meter=None),
        )
        for taken in taken_by(customer=former)
    ]


def new_holder(former: Holder) -> Holder:
    own = household_holder(number=CHANGES_HANDS, branch=former.branch)
    return replace(
        own, external_number=NEW_HOLDER, name=bosnian_person(number=90_013), email=f"kupac.{NEW_HOLDER}@example.org"
    )


def reading_rows(*, customer: Customer, month: date) -> list[ReadingRow]:
    """What was read of the customer's meters in the month, the exchange of a meter apart."""
    if customer.starts > month_end(month):
        return []
    if not customer.is_firm:
        unread = {(LATE_READING, LATE_MONTH), (NO_READING, UNREAD_MONTH)}
        if (customer.number, month) in unread:
            return []
        if customer.number == MOVES_OUT and month_end(month) >= MOVE_OUT_DATE:
            return rows_on(customer=customer, day=MOVE_OUT_DATE - ONE_DAY) if month < MOVE_OUT_DATE else []
    rows = rows_on(customer=customer, day=month_end(month))
    if (customer.is_firm, customer.number, month) == (False, WATER_UNREAD, LATE_MONTH):
        return [row for row in rows if row[1] != "WATER"]
    is_handed_over = not customer.is_firm and customer.number == CHANGES_HANDS
    if is_handed_over and month <= HAND_OVER_DATE < next_month(month):
        rows = rows_on(customer=customer, day=HAND_OVER_DATE - ONE_DAY) + rows
    return rows


def main_meter_rows(*, month: date, everybody: Sequence[Customer]) -> list[ReadingRow]:
    """Of the houses behind a main meter, all meters; of the street behind the pump, the pump's."""
    day = month_end(month)
    shown = [one for building in buildings.buildings() for one in buildings.shown_in(building, month=month)]
    shown.append((buildings.PUMP.serial, buildings.pumped_until(end=day + ONE_DAY, everybody=everybody)))
    return [(serial, buildings.WATER, day.isoformat(), str(value), "ACTUAL", "GLAVNA") for serial, value in shown]


def rows_on(*, customer: Customer, day: date) -> list[ReadingRow]:
    """The registers at the end of a day."""
    kind = "REMOTE" if customer.is_firm else ("ACTUAL", "CUSTOMER")[customer.number % 7 == 4]  # noqa: PLR2004 -- some read their own
    shown = with_new_meter(customer=customer, day=day, shown=shown_at(customer=customer, end=day + ONE_DAY))
    route = f"{customer.holder.branch}-{customer.number % 5 + 1}"
    return [(serial, register, day.isoformat(), str(value), kind, route) for (serial, register), value in shown.items()]


def with_new_meter(
    *, customer: Customer, day: date, shown: Mapping[tuple[str, str], int]
) -> Mapping[tuple[str, str], int]:
    """After the exchange the new meter counts from nothing."""
    if customer.is_firm or customer.number != METER_EXCHANGED or day <= EXCHANGE_DATE:
        return shown
    closing = exchange_readings()
    old = customer.energy_meter.serial
    return {
        (NEW_METER, register) if serial == old else (serial, register): value - closing.get(register, 0)
        if serial == old
        else value
        for (serial, register), value in shown.items()
    }


def exchange_readings() -> dict[str, int]:
    """What the old meter showed at the end of its last day."""
    customer = household(number=METER_EXCHANGED)
    shown = shown_at(customer=customer, end=EXCHANGE_DATE + ONE_DAY)
    return {register: value for (serial, register), value in shown.items() if serial == customer.energy_meter.serial}


def late_file(*, month: date, everybody: Sequence[Customer]) -> list[DemoFile]:
    """A reading that arrives a month late, in a file of its own."""
    if month != next_month(LATE_MONTH):
        return []
    rows = rows_on(customer=everybody[LATE_READING], day=month_end(LATE_MONTH))
    name = f"ocitanja-{LATE_MONTH:%Y-%m}-zakasnjela.csv"
    return [
        DemoFile(name=name, kind=FileKind.READINGS, content=write_csv(header=READINGS_HEADER, rows=rows)),
    ]


def further_files(*, month: date, households: int) -> list[DemoFile]:
    """So many households beyond the demo's own, which begin in the latest month."""
    everybody = [household(number=number) for number in range(HOUSEHOLDS, HOUSEHOLDS + households)]
    rows = [
        customer_row(holder=customer.holder, place=customer.place, taken=taken)
        for customer in everybody
        for taken in taken_by(customer=customer)
    ]
    readings = [row for customer in everybody for row in reading_rows(customer=customer, month=month)]
    return [
        DemoFile(name=f"kupci-{month:%Y-%m}-jos.xlsx", kind=FileKind.CUSTOMERS, content=customers_xlsx(rows=rows)),
        DemoFile(
            name=f"ocitanja-{month:%Y-%m}-jos.csv",
            kind=FileKind.READINGS,
            content=write_csv(header=READINGS_HEADER, rows=readings),
        ),
    ]
