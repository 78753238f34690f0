"""The files that Telekom loads each month: customers, calls of two exchanges, one-off works (all text)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from rachun.apps.demo.generate.calls import Call, asterisk_file, bgbilling_file, call_to, calls_of
from rachun.apps.demo.generate.customer_rows import Holder, Place, Taken, customer_row, customers_csv
from rachun.apps.demo.generate.files import MONTHS, DemoFile, FileKind, dice, next_month
from rachun.apps.demo.generate.identifiers import edrpou
from rachun.apps.demo.generate.names import UKRAINIAN_STREETS, ukrainian_firm, ukrainian_person
from rachun.apps.demo.generate.numbering import NO_RATE_NUMBER, UNKNOWN_CALLER, own_number
from rachun.formats.csv_out import write_csv

HOUSEHOLDS, FIRMS = 90, 30
BRANCHES = ("VIN-1", "VIN-2")
EXCHANGE, SWITCHBOARD, WORKS = "ATS-1", "PBX-1", "WORKS"
FIRM_NUMBERS_FROM = 800_000

# Subscribers with a story; docs/demo.md tells them.
PAYS_AHEAD, CALLS_SATELLITE, TOOK_PHONE_LATE, LEAVES = 2, 4, 9, 14
LITTLE_VOLUME, MUCH_VOLUME = 5, 23
LATE_START, LEAVE_DATE = date(2026, 9, 14), date(2026, 10, 19)
LATE_CALLS_MONTH, LATE_CALLS, REPEATED_CALLS = MONTHS[1], 15, 20
GIB = 2**30
DELIVERY_HEADER = ("account", "service", "item", "quantity", "unit", "performed_on", "document", "record_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    number: int
    is_firm: bool
    holder: Holder
    place: Place
    starts: date
    phone: str
    has_internet: bool
    monthly_calls: int

    @property
    def external_number(self) -> str:
        return self.holder.external_number


def household(*, number: int) -> Subscriber:
    roll, external = dice("telekom", number), f"{300_000 + number}"
    branch = BRANCHES[number % 4 == 2]  # noqa: PLR2004 -- every fourth lives in the second branch
    holder = Holder(
        external_number=external,
        kind="INDIVIDUAL",
        name=ukrainian_person(number=number),
        language="en" if number % 30 == 7 else "uk",  # noqa: PLR2004 -- now and then a foreigner
        branch=branch,
        email=f"abonent.{external}@example.org" if number % 3 == 1 else "",
        phone=f"+38039{number:07d}" if number % 2 else "",
    )
    late = {TOOK_PHONE_LATE: LATE_START}
    return Subscriber(
        number=number,
        is_firm=False,
        holder=holder,
        place=place_of(number=number, unit=str(number % 60 + 1)),
        starts=MONTHS[-1] if number >= HOUSEHOLDS else late.get(number, MONTHS[0]),
        phone="" if number % 6 == 5 else own_number(number=number),  # noqa: PLR2004 -- some want internet only
        has_internet=number % 2 == 0 or number % 6 == 5,  # noqa: PLR2004 -- as above
        monthly_calls=roll.randint(6, 45),
    )


def firm(*, number: int) -> Subscriber:
    external = f"{700_000 + number}"
    holder = Holder(
        external_number=external,
        kind="LEGAL_ENTITY",
        name=ukrainian_firm(number=number),
        language="uk",
        branch=BRANCHES[number % 2],
        tax_id=edrpou(number=number),
        email=f"buh.{external}@example.com",
        phone=f"+38039{9_000_000 + number:07d}",
    )
    return Subscriber(
        number=number,
        is_firm=True,
        holder=holder,
        place=place_of(number=5_000 + number, unit=""),
        starts=MONTHS[0],
        phone=own_number(number=FIRM_NUMBERS_FROM + number),
        has_internet=number % 3 != 2,  # noqa: PLR2004 -- two firms of three
        monthly_calls=dice("telekom-firm", number).randint(25, 90),
    )


def place_of(*, number: int, unit: str) -> Place:
    street = UKRAINIAN_STREETS[number % len(UKRAINIAN_STREETS)]
    return Place(settlement="Вінниця", street=street, building=str(number // 8 + 1), unit=unit, postcode="21000")


def subscribers(*, households: int = HOUSEHOLDS) -> list[Subscriber]:
    """Everybody, households first. More households than the demo's own only add to the end."""
    return [household(number=number) for number in range(households)] + [firm(number=number) for number in range(FIRMS)]


def takes_works(subscriber: Subscriber) -> bool:
    """Whoever ordered works at home in these months."""
    return not subscriber.is_firm and subscriber.number % 15 == 1 and subscriber.number < HOUSEHOLDS


def has_minutes(subscriber: Subscriber) -> bool:
    """A telephone with included minutes."""
    return not subscriber.is_firm and subscriber.number % 10 == 8  # noqa: PLR2004 -- every tenth


def has_volume(subscriber: Subscriber) -> bool:
    """Pays the internet by its volume."""
    return not subscriber.is_firm and subscriber.number % 18 == LITTLE_VOLUME and subscriber.number < HOUSEHOLDS


def has_burst(subscriber: Subscriber) -> bool:
    """Pays the internet by the highest speed of the month."""
    return subscriber.is_firm and subscriber.number in {6, 16}


def taken_by(*, subscriber: Subscriber) -> list[Taken]:
    first, code = subscriber.starts, subscriber.external_number
    suffix = "business" if subscriber.is_firm else "household"
    taken = []
    phone, internet = f"phone_{suffix}", f"internet_{suffix}"
    if has_minutes(subscriber):
        phone = "phone_minutes"
    if has_volume(subscriber):
        internet = "internet_volume"
    if has_burst(subscriber):
        internet = "internet_burst"
    if subscriber.phone:
        taken.append(Taken(service="phone", plan=phone, point=f"T-{code}", agreement_from=first,
                           attributes={"phone_number": subscriber.phone}))  # fmt: skip
    if subscriber.has_internet:
        taken.append(Taken(service="internet", plan=internet, point=f"I-{code}", agreement_from=first,
                           attributes={"login": f"demo{code}"}))  # fmt: skip
    if takes_works(subscriber):
        taken.append(Taken(service="works", plan="works_household", point=f"R-{code}", agreement_from=first))
    return taken


def month_files(*, month: date, households: int = HOUSEHOLDS) -> list[DemoFile]:
    """In the order in which they are loaded."""
    everybody = subscribers(households=households)
    files = [customer_file(month=month, everybody=everybody), *call_files(month=month, everybody=everybody)]
    return [file for file in files if file] + [delivery_file(month=month, everybody=everybody)]


def customer_file(*, month: date, everybody: list[Subscriber]) -> DemoFile | None:
    rows: list[Mapping[str, str]] = [
        customer_row(holder=subscriber.holder, place=subscriber.place, taken=taken)
        for subscriber in everybody
        if month <= subscriber.starts < next_month(month)
        for taken in taken_by(subscriber=subscriber)
    ]
    if not rows:
        return None
    return DemoFile(name=f"abonenty-{month:%Y-%m}.csv", kind=FileKind.CUSTOMERS, content=customers_csv(rows=rows))


def call_files(*, month: date, everybody: list[Subscriber]) -> list[DemoFile]:
    """The exchange's file, in September also what it forgot in August, and the switchboard's file of the firms."""
    own = exchange_calls(month=month, everybody=everybody)
    in_time = own[:-LATE_CALLS] if month == LATE_CALLS_MONTH else own
    files = [call_file(name=f"dzvinky-{month:%Y-%m}.txt", content=bgbilling_file(calls=in_time), source=EXCHANGE)]
    if month == next_month(LATE_CALLS_MONTH):
        former = exchange_calls(month=LATE_CALLS_MONTH, everybody=everybody)
        late = former[-LATE_CALLS - REPEATED_CALLS :]
        name = f"dzvinky-{LATE_CALLS_MONTH:%Y-%m}-zapizneni.txt"
        files.append(call_file(name=name, content=bgbilling_file(calls=late), source=EXCHANGE))
    firms = sorted(
        call
        for subscriber in everybody
        if subscriber.is_firm
        for call in their_calls(subscriber=subscriber, month=month)
    )
    master = asterisk_file(calls=firms)
    return [*files, call_file(name=f"Master-{month:%Y-%m}.csv", content=master, source=SWITCHBOARD)]


def call_file(*, name: str, content: bytes, source: str) -> DemoFile:
    return DemoFile(name=name, kind=FileKind.CALLS, content=content, source=source)


def exchange_calls(*, month: date, everybody: list[Subscriber]) -> list[Call]:
    """Calls of households in order of time, with two of a number that nobody has."""
    calls = [
        call
        for subscriber in everybody
        if not subscriber.is_firm and subscriber.phone
        for call in their_calls(subscriber=subscriber, month=month)
    ]
    return sorted(calls + calls_of(caller=UNKNOWN_CALLER, month=month, count=2, subscribers=HOUSEHOLDS))


def their_calls(*, subscriber: Subscriber, month: date) -> list[Call]:
    """Only calls of days on which the subscriber is served."""
    calls = calls_of(
        caller=subscriber.phone, month=month, count=subscriber.monthly_calls, subscribers=HOUSEHOLDS
    )  # fmt: skip
    if not subscriber.is_firm and subscriber.number == CALLS_SATELLITE and month == MONTHS[-1]:
        roll = dice("satellite", month.year, month.month)
        calls.append(call_to(caller=subscriber.phone, called=NO_RATE_NUMBER, month=month, roll=roll))
    leaves = LEAVE_DATE if not subscriber.is_firm and subscriber.number == LEAVES else None
    return [
        call
        for call in calls
        if subscriber.starts <= call.started.date() and (leaves is None or call.started.date() < leaves)
    ]


def delivery_file(*, month: date, everybody: list[Subscriber]) -> DemoFile:
    """Works done at homes and paper details for firms, as the dispatcher's system exports them."""
    rows = [row for subscriber in everybody for row in deliveries_to(subscriber=subscriber, month=month)]
    content = write_csv(header=DELIVERY_HEADER, rows=rows)
    return DemoFile(name=f"roboty-{month:%Y-%m}.csv", kind=FileKind.DELIVERIES, content=content, source=WORKS)


def deliveries_to(*, subscriber: Subscriber, month: date) -> list[tuple[str, ...]]:
    code = subscriber.external_number
    roll = dice("works", code, month.year, month.month)
    day = (month + timedelta(days=roll.randrange(28))).isoformat()
    key = f"{month:%Y-%m}/{code}"
    if subscriber.is_firm and subscriber.number % 4 == 0:
        return [(code, "phone", "call_detail", "1", "pcs", day, f"Ґ-{roll.randint(100, 999)}", key)]
    if takes_works(subscriber) and (month.month + subscriber.number) % 2 == 0:
        metres = f"{roll.randint(5, 40)}.{roll.choice((0, 5))}"
        paper = f"АКТ-{roll.randint(100, 999)}"
        return [
            (code, "works", "cable", metres, "m", day, paper, f"{key}/1"),
            (code, "works", "socket", "1", "pcs", day, paper, f"{key}/2"),
            (
                code,
                "works",
                "estimate",
                f"{Decimal(metres) * Decimal('18.5') + 240:.2f}",
                "UAH",
                day,
                paper,
                f"{key}/3",
            ),
        ]
    return traffic_of(subscriber=subscriber, month=month)


def traffic_of(*, subscriber: Subscriber, month: date) -> list[tuple[str, ...]]:
    """What the access server reports: octets of each week, or the peak speed of some days."""
    code, roll = subscriber.external_number, dice("traffic", subscriber.external_number, month.year, month.month)
    days = [(month + timedelta(days=day)).isoformat() for day in (6, 13, 20, 27)]
    key, paper = f"{month:%Y-%m}/{code}", "RADIUS"
    if has_volume(subscriber):
        weekly = {LITTLE_VOLUME: (1, 4), MUCH_VOLUME: (80, 120)}.get(subscriber.number, (10, 40))
        octets = [roll.randint(weekly[0] * GIB, weekly[1] * GIB) for _ in days]
        return [
            (code, "internet", "octets", str(used), "octet", day, paper, f"{key}/v{no}")
            for no, (day, used) in enumerate(zip(days, octets, strict=True), start=1)
        ]
    if has_burst(subscriber):
        return [
            (code, "internet", "peak_rate", str(roll.randint(20, 115) * 10**6), "bit/s", day, paper, f"{key}/p{no}")
            for no, day in enumerate(days, start=1)
        ]
    return []


def further_files(*, month: date, households: int) -> list[DemoFile]:
    """So many households beyond the demo's own, which begin in the latest month."""
    everybody = [household(number=number) for number in range(HOUSEHOLDS, HOUSEHOLDS + households)]
    customers = customer_file(month=month, everybody=everybody)
    calls = sorted(
        call for subscriber in everybody if subscriber.phone for call in their_calls(subscriber=subscriber, month=month)
    )
    file = call_file(name=f"dzvinky-{month:%Y-%m}-shche.txt", content=bgbilling_file(calls=calls), source=EXCHANGE)
    return [replace(customers, name=f"abonenty-{month:%Y-%m}-shche.csv"), file] if customers else []
