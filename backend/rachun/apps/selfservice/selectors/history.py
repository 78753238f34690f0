"""Two years of an account by month: what was billed, and what was used of each metered service."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.visible_bills import list_bills_of
from rachun.apps.catalog.models import Service
from rachun.values.quantity import format_micro

MONTHS = 24
YEAR = 12
METERED, ESTIMATED = "metered", "ESTIMATED"
SUM_OF_REGISTERS = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledMonth:
    """gross_minor: None where no bill covers the month; zero is a bill of zero."""

    month: date
    gross_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedMonth:
    """quantity: None where nothing is known. is_estimated: some of it was not read from the meter."""

    month: date
    quantity: str | None
    is_estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedService:
    service: Service
    unit: str
    months: Sequence[UsedMonth]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Months without a gap, oldest first, up to the latest bill; empty when nothing was billed."""

    currency: str
    billed: Sequence[BilledMonth]
    used: Sequence[UsedService]


@dataclass(slots=True, kw_only=True)
class Tally:
    unit: str = ""
    micro: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    estimated_micro: dict[date, int] = field(default_factory=lambda: defaultdict(int))


def get_history(*, account_id: UUID, currency: str) -> History:
    bills = list(list_bills_of(account_ids=[account_id]))
    if not bills:
        return History(currency=currency, billed=(), used=())
    months = months_until(max(first_of(bill.period_from) for bill in bills))
    billed: dict[date, int] = defaultdict(int)
    for bill in bills:
        billed[first_of(bill.period_from)] += bill.gross_minor
    tallies = tallies_of(bills=bills, since=months[0])
    months = without_leading_unknown(months, known={*billed, *(day for one in tallies.values() for day in one.micro)})
    services = Service.objects.filter(id__in=tallies).order_by("position", "code")
    return History(
        currency=currency,
        billed=[BilledMonth(month=month, gross_minor=billed.get(month), currency=currency) for month in months],
        used=[used_service(service, tally=tallies[service.id], months=months) for service in services],
    )


def first_of(day: date) -> date:
    return day.replace(day=1)


def months_until(latest: date) -> list[date]:
    number = latest.year * YEAR + latest.month - 1
    return [date(at // YEAR, at % YEAR + 1, 1) for at in range(number - MONTHS + 1, number + 1)]


def without_leading_unknown(months: Sequence[date], *, known: set[date]) -> list[date]:
    earliest = min(known)
    return [month for month in months if month >= earliest]


def tallies_of(*, bills: Sequence[Bill], since: date) -> Mapping[UUID, Tally]:
    """By service: the quantities of its first metered component, so that a fee per unit does not count them again."""
    charges = Charge.objects.filter(
        load_key__in={bill.run_id for bill in bills},
        bill_id__in=[bill.id for bill in bills],
        kind=METERED,
        service_from__gte=since,
    ).exclude(register=SUM_OF_REGISTERS)
    rows: list[tuple[Any, ...]] = list(
        charges.order_by("service_from", "line_no").values_list(
            "agreement__service_id", "component", "service_from", "quantity_micro", "basis", "inputs"
        )
    )
    tallies: dict[UUID, Tally] = defaultdict(Tally)
    first_component: dict[UUID, str] = {}
    for service_id, component, start, micro, basis, inputs in rows:
        if first_component.setdefault(service_id, component) != component:
            continue
        tally = tallies[service_id]
        tally.unit = inputs.get("unit", "") or tally.unit
        tally.micro[first_of(start)] += micro
        if basis == ESTIMATED:
            tally.estimated_micro[first_of(start)] += micro
    return tallies


def used_service(service: Service, *, tally: Tally, months: Sequence[date]) -> UsedService:
    return UsedService(
        service=service,
        unit=tally.unit,
        months=[
            UsedMonth(
                month=month,
                quantity=format_micro(value=tally.micro[month]) if month in tally.micro else None,
                is_estimated=tally.estimated_micro.get(month, 0) > 0,
            )
            for month in months
        ],
    )
