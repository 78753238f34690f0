"""Who the customers of Komunalno are, what they take and how much they use; each follows from its number alone."""

from dataclasses import dataclass
from datetime import date

from rachun.apps.demo.generate.customer_rows import Holder, Meter, Place, Taken
from rachun.apps.demo.generate.files import MONTHS, dice, next_month
from rachun.apps.demo.generate.identifiers import jib
from rachun.apps.demo.generate.names import BOSNIAN_STREETS, bosnian_firm, bosnian_person
from rachun.apps.demo.generate.shapes import ELECTRICITY_BY_MONTH, WATER_BY_MONTH, high_rate_share, used

HOUSEHOLDS, FIRMS = 150, 30
START = MONTHS[0]
BRANCHES = ("CENTAR", "SJEVER")
SETTLEMENTS = {"CENTAR": "Uzorgrad", "SJEVER": "Gornji Primjeri"}

# Households with a story; docs/demo.md tells them.
LATE_READING, NO_READING = 3, 5
WATER_ROLLS_OVER, ENERGY_ROLLS_OVER = 7, 8
METER_EXCHANGED, MOVES_OUT, MOVES_IN, CHANGES_HANDS = 9, 11, 12, 13
PAYS_TOO_MUCH, FAMILY_GROWS, MOVES_IN_LATE = 15, 17, 22
MOVE_IN_DATE, LATE_MOVE_IN_DATE = date(2026, 8, 12), date(2026, 10, 8)
WATER_UNREAD = 19  # of whom nobody reads the water in August: estimated, and settled by September's reading
WATER_OVERFLOW, ENERGY_OVERFLOW = 99_975, 999_700
WATER_DIGITS, ENERGY_DIGITS = 5, 6
AT_10_KV, WORKSHOP = "electricity_10kv", "electricity_workshop"
TWO_POINTS = 5  # the workshop with two points, which share their included energy


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A household or firm and its yearly use."""

    number: int
    is_firm: bool
    holder: Holder
    place: Place
    starts: date
    members: int
    yearly_kwh: int
    yearly_m3: int
    energy_meter: Meter
    water_meter: Meter | None
    power_kw: str
    area_m2: int
    second_meter: Meter | None = None

    @property
    def external_number(self) -> str:
        return self.holder.external_number


def household(*, number: int) -> Customer:
    roll = dice("komunalno", number)
    branch, members = BRANCHES[number % 3 == 2], roll.randint(1, 5)  # noqa: PLR2004 -- every third lives in the north
    return Customer(
        number=number,
        is_firm=False,
        holder=household_holder(number=number, branch=branch),
        place=place_of(number=number, branch=branch, unit=str(number % 12 + 1) if branch == "CENTAR" else ""),
        starts=start_of(number),
        members=members,
        yearly_kwh=roll.randint(1_300, 2_600) + members * roll.randint(300, 700),
        yearly_m3=members * roll.randint(28, 45),
        energy_meter=energy_meter(number, opening=roll.randint(4_000, 60_000)),
        water_meter=None if is_flat_without_meter(number) else water_meter(number, opening=roll.randint(40, 900)),
        power_kw="" if number % 2 else roll.choice(("3.7", "6.9", "11.04")),
        area_m2=roll.randint(28, 140),
    )


def firm(*, number: int) -> Customer:
    roll = dice("komunalno-firm", number)
    branch = BRANCHES[number % 4 == 3]  # noqa: PLR2004 -- every fourth works in the north
    transformer = 20 if number % 10 == 0 else 1
    yearly = roll.randint(6_000, 40_000) * (5 if transformer > 1 else 1)
    opening = {"VT": roll.randint(1_000, 90_000), "MT": roll.randint(1_000, 40_000)}
    external, plan = f"{900_000 + number}", firm_plan(number)
    more = {"RE": 700} if plan == AT_10_KV else {}
    more |= {"KW": 40} if plan in {AT_10_KV, WORKSHOP} else {}
    takes_water = number % 10 == 3  # noqa: PLR2004 -- three firms
    return Customer(
        number=number,
        is_firm=True,
        holder=Holder(
            external_number=external,
            kind="LEGAL_ENTITY",
            name=bosnian_firm(number=number),
            language="bs",
            branch=branch,
            tax_id=jib(number=number),
            email=f"racuni.{external}@example.com",
            phone=f"+38760{1_000 + number:06d}",
        ),
        place=place_of(number=5_000 + number, branch=branch, unit=""),
        starts=START,
        members=0,
        yearly_kwh=yearly,
        yearly_m3=(120, 300, 700)[number // 10] if takes_water else 0,
        energy_meter=Meter(
            serial=f"EP{number:06d}", digits=ENERGY_DIGITS, opening={**opening, **more}, multiplier=transformer
        ),
        water_meter=water_meter(900_000 + number, opening=25) if takes_water else None,
        power_kw=str(roll.choice((11, 22, 35, 50, 80))),
        area_m2=roll.randint(30, 600),
        second_meter=Meter(serial="EP900005", digits=ENERGY_DIGITS, opening={"VT": 0, "MT": 0, "KW": 0})
        if number == TWO_POINTS
        else None,
    )


def firm_plan(number: int) -> str:
    """Behind a current transformer at 10 kV; a workshop; or as most firms."""
    if number % 10 == 0:
        return AT_10_KV
    return WORKSHOP if number % 10 == TWO_POINTS else "electricity_business"


def household_holder(*, number: int, branch: str) -> Holder:
    external = f"{100_000 + number}"
    return Holder(
        external_number=external,
        kind="INDIVIDUAL",
        name=bosnian_person(number=number),
        language="en" if number % 40 == 1 else "bs",
        branch=branch,
        email=f"kupac.{external}@example.org" if number % 4 == 1 else "",
        phone=f"+38760{100_000 + number:06d}" if number % 3 else "",
    )


def place_of(*, number: int, branch: str, unit: str) -> Place:
    street = BOSNIAN_STREETS[number % len(BOSNIAN_STREETS)]
    return Place(
        settlement=SETTLEMENTS[branch], street=street, building=str(number // 8 + 1), unit=unit, postcode="00000"
    )


def start_of(number: int) -> date:
    """The base was taken over on one day; what comes later moved in, or is there for the sake of size."""
    if number >= HOUSEHOLDS:
        return MONTHS[-1]
    return {MOVES_IN: MOVE_IN_DATE, MOVES_IN_LATE: LATE_MOVE_IN_DATE}.get(number, START)


def is_flat_without_meter(number: int) -> bool:
    return number % 10 == 6  # noqa: PLR2004 -- every tenth


def energy_meter(number: int, *, opening: int) -> Meter:
    start = ENERGY_OVERFLOW if number == ENERGY_ROLLS_OVER else opening
    return Meter(serial=f"EB{number:06d}", digits=ENERGY_DIGITS, opening={"VT": start, "MT": opening * 2 // 3})


def water_meter(number: int, *, opening: int) -> Meter:
    start = WATER_OVERFLOW if number == WATER_ROLLS_OVER else opening
    return Meter(serial=f"VM{number:06d}", digits=WATER_DIGITS, opening={"WATER": start})


def taken_by(*, customer: Customer) -> list[Taken]:
    """What the customer takes from its first day on."""
    first, code = customer.starts, customer.external_number
    power = {"billing_power_kw": customer.power_kw} if customer.power_kw else {}
    by_members, by_area = {"members": str(customer.members)}, {"area_m2": str(customer.area_m2)}
    plan = firm_plan(customer.number) if customer.is_firm else "electricity_household"
    taken = [
        Taken(service="electricity", plan=plan, point=f"E-{code}", agreement_from=first, meter=customer.energy_meter,
              attributes=power),
    ]  # fmt: skip
    if customer.second_meter:
        taken.append(Taken(service="electricity", plan=plan, point=f"E2-{code}", agreement_from=first,
                           meter=customer.second_meter))  # fmt: skip
    if customer.water_meter:
        water = "water_business" if customer.is_firm else "water_household"
        taken.append(Taken(service="water", plan=water, point=f"V-{code}", agreement_from=first,
                           meter=customer.water_meter))  # fmt: skip
    elif not customer.is_firm:
        taken.append(Taken(service="water", plan="water_norm", point=f"V-{code}", agreement_from=first,
                           attributes=by_members))  # fmt: skip
    is_by_area = customer.is_firm or customer.number % 3 == 0
    taken.append(Taken(service="waste", plan="waste_area" if is_by_area else "waste_members", point=f"O-{code}",
                       agreement_from=first, attributes=by_area if is_by_area else by_members))  # fmt: skip
    return taken


def shown_at(*, customer: Customer, end: date) -> dict[tuple[str, str], int]:
    """(serial, register) → what the dial shows at the start of the day `end`; it rolls over at its last digit."""
    energy = energy_used(customer=customer, end=end)
    energy |= {"RE": (energy["VT"] + energy["MT"]) * 9 // 20, "KW": peaks_until(customer=customer, end=end)}
    shown = {}
    for meter, part in ((customer.energy_meter, 1), (customer.second_meter, 3)):
        if meter is None:
            continue
        for register, opening in meter.opening.items():
            value = opening + energy[register] // meter.multiplier // part
            shown[meter.serial, register] = value % 10**meter.digits
    water = customer.water_meter
    if water:
        value = (water.opening["WATER"] + water_used(customer=customer, end=end)) % 10**water.digits
        shown[water.serial, "WATER"] = value
    return shown


def energy_used(*, customer: Customer, end: date) -> dict[str, int]:
    """Energy by register (kWh) from the first day to the day before `end`; grows with every day."""
    high = whole = 0
    for start, stop in months_between(customer.starts, end):
        mood = mood_of(customer, start)
        kwh = used(yearly=customer.yearly_kwh * mood, by_month=ELECTRICITY_BY_MONTH, start=start, end=stop)
        high += kwh * high_rate_share(start=start, end=stop)
        whole += kwh
    return {"VT": high // 1_000_000, "MT": (whole * 1_000 - high) // 1_000_000}


def peaks_until(*, customer: Customer, end: date) -> int:
    """The dial of highest load adds the peak of every month that is over (kW)."""
    if not customer.is_firm:
        return 0
    months = [start for start, stop in months_between(customer.starts, end) if stop == next_month(start)]
    return sum(int(customer.power_kw) * mood_of(customer, month) // 1_000 for month in months)


def water_used(*, customer: Customer, end: date) -> int:
    """Cubic metres; as energy_used."""
    litres = sum(
        used(yearly=customer.yearly_m3 * mood_of(customer, start), by_month=WATER_BY_MONTH, start=start, end=stop)
        for start, stop in months_between(customer.starts, end)
    )
    return litres // 1_000


def mood_of(customer: Customer, month: date) -> int:
    """Thousandths: some months more, some less."""
    return dice("mood", customer.external_number, month.year, month.month).randint(880, 1_120)


def months_between(start: date, end: date) -> list[tuple[date, date]]:
    """The days parted at the ends of months."""
    parts = []
    while start < end:
        stop = min(next_month(start.replace(day=1)), end)
        parts.append((start, stop))
        start = stop
    return parts
