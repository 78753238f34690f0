"""The small town that the browser finds: January is issued; in February one account cannot be priced."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.faults.processes import REPOSITORY

LOGIN = "obracun-1"
PASSWORD = "grom-nad-rikoju-7"
LANGUAGES = ("uk", "bs")
JANUARY = (date(2026, 1, 1), date(2026, 2, 1))  # they owe for one month, whatever is billed after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """A meter of its own for each language, so that no test waits for another."""

    serial: str
    held_serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    account_number: str
    parked_number: str
    metered: dict[str, Metered]
    records: tuple[str, ...]  # addresses of one record of each kind
    service_name: str
    plan_name: str
    payers: dict[str, str]  # numbers of accounts that owe 5.85 for January, one for each language
    points: dict[str, tuple[str, str]]  # codes of a zone's main point and of the one behind it


def settle() -> Town:
    from tests.apps.identity.makers import make_operator
    from tests.factories.billing import bill_month, make_town, take_waste

    town = make_town()
    leave_numbers_of_factories(town)
    make_operator(entity=town.entity, login=LOGIN, role="administrator")
    account = take_waste(town=town, members="3")
    payers = {language: take_waste(town=town, members="2", served=JANUARY).number for language in LANGUAGES}
    bill_month(town=town)
    metered = {language: measure(town=town, serial=f"E-{language}") for language in LANGUAGES}
    parked = take_waste(town=town, members=None)
    return Town(
        account_number=account.number,
        parked_number=parked.number,
        metered=metered,
        payers=payers,
        points={language: make_zone(town=town, language=language) for language in LANGUAGES},
        records=records_of(account),
        service_name="WASTE",
        plan_name="WASTE",
    )


def leave_numbers_of_factories(town: Any) -> None:
    """The product numbers accounts from a series of its own; those of this town were numbered beside it."""
    from django.db import transaction
    from rachun.apps.base.numbering import open_series, take_first_value
    from rachun.apps.customers.services.open_account import NUMBER_DIGITS

    with transaction.atomic():
        series = open_series(legal_entity_id=town.entity.id, kind="ACCOUNT", year=0, digits=NUMBER_DIGITS)
        take_first_value(series_id=series.id, count=1000, document_date=date.min)


def make_zone(*, town: Any, language: str) -> tuple[str, str]:
    """In January 500 kWh went into the zone, and its one meter showed 420 of them."""
    from tests.factories.metering import make_agreement, make_meter, place_meter, read_meter

    codes = (f"MAIN-{language}", f"SUB-{language}")
    for code, shown in zip(codes, ("1500", "1420"), strict=True):
        point = make_agreement(branch=town.branch).service_point
        point.code = code
        point.save()
        meter = make_meter(branch=town.branch, serial=f"M-{code}")
        place_meter(meter=meter, service_point=point)
        read_meter(meter=meter, on="2025-12-31", value="1000")
        read_meter(meter=meter, on="2026-01-31", value=shown)
    return codes


def records_of(account: Any) -> tuple[str, ...]:
    from rachun.apps.billing.models import Bill
    from rachun.apps.ledger.models import Entry

    bill, entry = Bill.objects.get(account=account), Entry.objects.order_by("id")[0]
    tabs = ("bills", "agreements", "readings", "timeline", "statement")
    return (
        *(f"/accounts/{account.id}?tab={tab}" for tab in tabs),
        f"/agreements/{account.agreements.get().id}",
        f"/bills/{bill.id}",
        f"/bill-runs/{bill.run_id}",
        f"/entries/{entry.id}",
    )


def measure(*, town: object, serial: str) -> Metered:
    """A meter that was read at the end of January, and one whose reading of January a subscriber sent and is held."""
    from tests.factories.billing import Town as BilledTown
    from tests.factories.metering import hold_reading, make_agreement, make_meter, place_meter, read_meter

    assert isinstance(town, BilledTown), "a town that can be billed"
    for name in (serial, f"{serial}-held"):
        meter = make_meter(branch=town.branch, serial=name)
        agreement = make_agreement(branch=town.branch)
        place_meter(meter=meter, service_point=agreement.service_point)
        read_meter(meter=meter, on="2025-12-31", value="100")
    keep_sent(held=hold_reading(meter=meter, on="2026-01-31", value="4200"), account=agreement.account)
    return Metered(serial=serial, held_serial=f"{serial}-held")


def keep_sent(*, held: Any, account: Any) -> None:
    """What a subscriber sent, with a photo: any picture does for a test."""
    from rachun.apps.base.files import keep_file
    from rachun.apps.selfservice.models import SentReading

    SentReading.objects.create(
        account=account,
        register=held.register,
        boundary_date=held.boundary_date,
        value=held.value,
        held=held,
        photo_sha256=keep_file(content=(REPOSITORY / "mobile/assets/icon.png").read_bytes()),
        photo_media_type="image/png",
        sent_at=held.recorded_at,
    )
