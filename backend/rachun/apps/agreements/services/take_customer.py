"""A new customer at a counter: holder, account, place, agreement and meter, all of them or none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from rachun.apps.agreements.events import MeteredAgreementImported
from rachun.apps.agreements.models import ServiceAgreement, ServicePoint
from rachun.apps.agreements.services.assign_resource import assign_resource
from rachun.apps.agreements.services.open_agreement import Terms, open_agreement, register_service_point
from rachun.apps.base.events import emit
from rachun.apps.base.numbering import format_number, open_series, take_first_value
from rachun.apps.base.transactions import use_case
from rachun.apps.catalog.models import Service
from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.customers.services import Address, Contact, PartyFacts, open_account, register_party, register_premise
from rachun.apps.identity.models import Branch

SOURCE = "new customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeter:
    serial: str
    digits: int
    opening: Mapping[str, Decimal]  # register → value at the start of the first day
    multiplier: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """holder: who is new, or the party or account that is there already; point_code "" takes the next one.

    numbers: kind of resource → identifier.
    """

    branch: Branch
    holder: PartyFacts | Party | Account
    address: Address
    service: Service
    terms: Terms
    contacts: tuple[Contact, ...] = ()
    delivery: str = Account.Delivery.PAPER
    postcode: str = ""
    point_code: str = ""
    meter: NewMeter | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)


@use_case
def take_customer(*, new: NewCustomer, taken_at: datetime) -> ServiceAgreement:
    """Begin to serve somebody: what exists is used, what does not is made.

    Raises what the services of each step raise; then nothing of it is left.
    """
    account = account_of(new=new, taken_at=taken_at)
    premise = register_premise(
        legal_entity_id=new.branch.legal_entity_id,
        branch_id=new.branch.id,
        address=new.address,
        postcode=new.postcode,
    )
    code = new.point_code or code_at(premise=premise, service=new.service)
    point = register_service_point(premise=premise, service=new.service, code=code)
    agreement = open_agreement(account=account, point=point, terms=new.terms, opened_at=taken_at)
    for kind, identifier in new.numbers.items():
        assign_resource(
            agreement=agreement,
            kind=kind,
            identifier=identifier,
            valid_from=new.terms.service_from,
            valid_to=None,
            assigned_at=taken_at,
        )
    if new.meter is not None:
        emit_meter(meter=new.meter, point=point, new=new, taken_at=taken_at)
    return agreement


def account_of(*, new: NewCustomer, taken_at: datetime) -> Account:
    if isinstance(new.holder, Account):
        return new.holder
    party = new.holder
    if isinstance(party, PartyFacts):
        party = register_party(
            legal_entity_id=new.branch.legal_entity_id,
            branch_id=new.branch.id,
            facts=party,
            contacts=new.contacts,
            registered_at=taken_at,
        )
    return open_account(party=party, delivery=new.delivery, opened_date=new.terms.service_from, opened_at=taken_at)


def code_at(*, premise: Premise, service: Service) -> str:
    """The code of the point that stands there, else the next free number: one place has one point for one service."""
    standing = ServicePoint.objects.filter(premise=premise, service=service).order_by("code").first()
    if standing is not None:
        return standing.code
    series = open_series(legal_entity_id=premise.legal_entity_id, kind="SERVICE_POINT", year=0, digits=7, prefix="P")
    while True:
        held, value = take_first_value(series_id=series.id, count=1, document_date=date.min)
        code = format_number(series=held, value=value)
        if not ServicePoint.objects.filter(legal_entity_id=premise.legal_entity_id, code=code).exists():
            return code


def emit_meter(*, meter: NewMeter, point: ServicePoint, new: NewCustomer, taken_at: datetime) -> None:
    emit(
        MeteredAgreementImported(
            service_point_id=point.id,
            meter_serial=meter.serial,
            unit=new.service.unit,
            digits=meter.digits,
            multiplier=meter.multiplier,
            opening_readings=meter.opening,
            installed_date=new.terms.service_from,
            source=SOURCE,
            recorded_at=taken_at,
        )
    )
