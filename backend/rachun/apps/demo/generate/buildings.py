"""Buildings behind a main meter, and the pump of a street: what the main meter shows beyond the flats' own is shared.

Four houses of three flats, each by another method; the water of laundry, garden and stairs is the rest. The pump in the
north serves households of the demo and loses a part on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rachun.apps.demo.generate.customer_rows import Holder, Meter, Place, Taken, customer_row
from rachun.apps.demo.generate.files import MONTHS, dice, month_end
from rachun.apps.demo.generate.komunalno_people import (
    BRANCHES,
    SETTLEMENTS,
    WATER_DIGITS,
    Customer,
    water_used,
)
from rachun.apps.demo.generate.names import BOSNIAN_STREETS, bosnian_person
from rachun.apps.demo.generate.shapes import WATER_BY_MONTH, used

WATER, COMMON = "WATER", "COMMON"
FIRST_NUMBER, FLATS_EACH = 120_000, 3
PLAN = "water_building"
LOST_PERCENT = 14
PUMPED = (20, 23, 29, 32, 35)  # households in the north


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    number: int
    holder: Holder
    place: Place
    members: int
    area_m2: int
    yearly_m3: int
    meter: Meter

    @property
    def point(self) -> str:
        return f"V-{self.holder.external_number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """method, attribute: by what the rest is shared."""

    point: str
    method: str
    attribute: str
    place: Place
    meter: Meter
    flats: tuple[Flat, ...]
    yearly_m3: int  # of the rest


def buildings() -> list[Building]:
    methods = (("PERSONS", "members"), ("AREA", "area_m2"), ("FLATS", "flats"), ("EQUAL", ""))
    return [_building(number, method=method, attribute=name) for number, (method, name) in enumerate(methods)]


def _building(number: int, *, method: str, attribute: str) -> Building:
    roll = dice("komunalno-building", number)
    place = _place(number, unit="")
    return Building(
        point=f"Z-{number + 1}",
        method=method,
        attribute=attribute,
        place=place,
        meter=Meter(serial=f"VG{number + 1:06d}", digits=WATER_DIGITS, opening={WATER: roll.randint(100, 4_000)}),
        flats=tuple(_flat(number * FLATS_EACH + flat, building=number) for flat in range(FLATS_EACH)),
        yearly_m3=roll.randint(110, 240),
    )


def _place(number: int, *, unit: str) -> Place:
    street = BOSNIAN_STREETS[number % len(BOSNIAN_STREETS)]
    return Place(
        settlement=SETTLEMENTS[BRANCHES[0]], street=street, building=f"{90 + number}", unit=unit, postcode="00000"
    )


def _flat(number: int, *, building: int) -> Flat:
    roll = dice("komunalno-flat", number)
    external, members = f"{FIRST_NUMBER + number}", roll.randint(1, 4)
    return Flat(
        number=number,
        holder=Holder(
            external_number=external,
            kind="INDIVIDUAL",
            name=bosnian_person(number=20_000 + number),
            language="bs",
            branch=BRANCHES[0],
        ),
        place=_place(building, unit=str(number % FLATS_EACH + 1)),
        members=members,
        area_m2=roll.randint(38, 96),
        yearly_m3=members * roll.randint(28, 45),
        meter=Meter(serial=f"VS{number:06d}", digits=WATER_DIGITS, opening={WATER: roll.randint(20, 600)}),
    )


def flat_rows() -> list[dict[str, str]]:
    return [_row(flat) for building in buildings() for flat in building.flats]


def _row(flat: Flat) -> dict[str, str]:
    attributes = {"members": str(flat.members), "area_m2": str(flat.area_m2), "flats": "1"}
    taken = Taken(
        service="water",
        plan=PLAN,
        point=flat.point,
        agreement_from=MONTHS[0],
        meter=flat.meter,
        attributes=attributes,
    )
    return customer_row(holder=flat.holder, place=flat.place, taken=taken)


def shown_in(building: Building, *, month: date) -> list[tuple[str, int]]:
    """(serial, value) at the end of the month, the main meter last."""
    end = month_end(month) + timedelta(days=1)
    parts = [used(yearly=one.yearly_m3, by_month=WATER_BY_MONTH, start=MONTHS[0], end=end) for one in building.flats]
    rest = used(yearly=building.yearly_m3, by_month=WATER_BY_MONTH, start=MONTHS[0], end=end)
    own = [
        (flat.meter.serial, flat.meter.opening[WATER] + part) for flat, part in zip(building.flats, parts, strict=True)
    ]
    return [*own, (building.meter.serial, building.meter.opening[WATER] + sum(parts) + rest)]


PUMP = Meter(serial="VP000001", digits=WATER_DIGITS + 1, opening={WATER: 12_000})
PUMP_POINT = "Z-PUMPA"
PUMP_PLACE = Place(settlement=SETTLEMENTS[BRANCHES[1]], street="Vodovodna", building="1", unit="", postcode="00000")


def pumped_until(*, end: date, everybody: Sequence[Customer]) -> int:
    """What went through the pump: what the households used, and what is lost on the way."""
    taken = sum(water_used(customer=one, end=end) for one in everybody if not one.is_firm and one.number in PUMPED)
    return PUMP.opening[WATER] + taken * 100 // (100 - LOST_PERCENT)
