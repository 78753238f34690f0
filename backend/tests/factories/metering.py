"""Meters on served points, as small as the rows allow."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from rachun.apps.agreements.models import ServiceAgreement, ServicePoint, ServiceTerm
from rachun.apps.catalog.models import Service
from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.metering.models import HeldReading, Installation, Meter, Reading, Register

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
_number = count(1)


def make_legal_entity(*, code: str = "", time_zone: str = "Europe/Sarajevo", country: str = "BA") -> LegalEntity:
    name = code or f"E{next(_number)}"
    return LegalEntity.objects.create(
        code=name,
        name=name,
        short_name=name,
        country_pack=country,
        country_code=country,
        time_zone=time_zone,
        currency="BAM" if country == "BA" else "UAH",
        language="bs" if country == "BA" else "uk",
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


def make_branch(*, legal_entity: LegalEntity) -> Branch:
    code = f"B{next(_number)}"
    return Branch.objects.create(
        legal_entity=legal_entity, code=code, name=code, created_at=LONG_AGO, updated_at=LONG_AGO
    )


def make_account(*, branch: Branch) -> Account:
    number = f"{next(_number):08d}"
    party = Party.objects.create(
        legal_entity_id=branch.legal_entity_id,
        branch=branch,
        kind=Party.Kind.INDIVIDUAL,
        name=f"Holder {number}",
        sort_key=number.encode(),
        language="en",
        updated_at=LONG_AGO,
    )
    return Account.objects.create(
        legal_entity_id=branch.legal_entity_id,
        branch=branch,
        party=party,
        number=number,
        opened_date=LONG_AGO.date(),
        updated_at=LONG_AGO,
    )


def make_service(*, legal_entity: LegalEntity, code: str = "ELECTRICITY") -> Service:
    service, _ = Service.objects.get_or_create(
        legal_entity=legal_entity, code=code, defaults={"names": {"en": code}, "unit": "kWh", "position": 1}
    )
    return service


def make_service_point(*, branch: Branch, service: Service) -> ServicePoint:
    name = f"P{next(_number)}"
    premise = Premise.objects.create(legal_entity_id=branch.legal_entity_id, branch=branch, settlement=name)
    return ServicePoint.objects.create(
        legal_entity_id=branch.legal_entity_id, branch=branch, premise=premise, service=service, code=name
    )


def make_agreement(
    *,
    branch: Branch | None = None,
    service_point: ServicePoint | None = None,
    account: Account | None = None,
    served: tuple[date, date | None] = (date(2026, 1, 1), None),
    service: str = "ELECTRICITY",
) -> ServiceAgreement:
    """An agreement with one served stretch, on a new point unless one is given."""
    home = branch or (service_point.branch if service_point else make_branch(legal_entity=make_legal_entity()))
    sold = make_service(legal_entity=home.legal_entity, code=service)
    agreement = ServiceAgreement.objects.create(
        legal_entity_id=home.legal_entity_id,
        account=account or make_account(branch=home),
        service=sold,
        service_point=service_point or make_service_point(branch=home, service=sold),
        number=f"A{next(_number)}",
    )
    serve(agreement=agreement, served=served)
    return agreement


def serve(*, agreement: ServiceAgreement, served: tuple[date, date | None]) -> ServiceTerm:
    return ServiceTerm.objects.create(
        agreement=agreement,
        service_point_id=agreement.service_point_id,
        valid_from=served[0],
        valid_to=served[1],
        recorded_at=LONG_AGO,
    )


def make_meter(
    *, branch: Branch, registers: tuple[str, ...] = ("T1",), digits: int = 6, multiplier: str = "1", serial: str = ""
) -> Meter:
    meter = Meter.objects.create(
        legal_entity_id=branch.legal_entity_id, branch=branch, serial=serial or f"M{next(_number)}"
    )
    for code in registers:
        Register.objects.create(meter=meter, code=code, unit="kWh", digits=digits, multiplier=Decimal(multiplier))
    return meter


def place_meter(
    *, meter: Meter, service_point: ServicePoint, installed: tuple[date, date | None] = (date(2026, 1, 1), None)
) -> Installation:
    return Installation.objects.create(
        meter=meter,
        service_point=service_point,
        valid_from=installed[0],
        valid_to=installed[1],
        recorded_at=LONG_AGO,
    )


def end_of(day: str) -> date:
    """The boundary that an end-of-day reading of this day stands at."""
    return date.fromisoformat(day) + timedelta(days=1)


def read_meter(
    *,
    meter: Meter,
    on: str,
    value: str,
    register: str = "T1",
    kind: str = "ACTUAL",
    recorded_at: datetime = LONG_AGO,
) -> Reading:
    """A reading at the END of the day `on`."""
    return Reading.objects.create(
        register=meter.registers.get(code=register),
        boundary_date=end_of(on),
        value=Decimal(value),
        kind=kind,
        source="test",
        recorded_at=recorded_at,
    )


def hold_reading(*, meter: Meter, on: str, value: str) -> HeldReading:
    """A reading of a customer that waits for review."""
    return HeldReading.objects.create(
        register=meter.registers.get(),
        boundary_date=end_of(on),
        value=Decimal(value),
        kind="CUSTOMER",
        source="test",
        checks=["HIGH"],
        recorded_at=LONG_AGO,
    )
