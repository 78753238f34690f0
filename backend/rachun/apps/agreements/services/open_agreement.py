from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from rachun.apps.agreements.errors import (
    AccountClosed,
    AgreementNumberTaken,
    BranchesDiffer,
    ContractOfAnotherAccount,
    EndBeforeStart,
    PlanOfAnotherService,
    ServiceOfAnotherEntity,
    ServicePointDiffers,
    ServicePointOccupied,
)
from rachun.apps.agreements.models import (
    AgreementAttribute,
    Contract,
    ServiceAgreement,
    ServicePoint,
    ServiceTerm,
    TariffAssignment,
)
from rachun.apps.base.audit import record_audit
from rachun.apps.base.numbering import format_number, open_series, take_first_value
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.base.violations import is_duplicate, is_overlap
from rachun.apps.catalog.models import Service, TariffPlan
from rachun.apps.customers.models import Account, Premise


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed. attributes: name → value in force from the first day."""

    plan: TariffPlan
    service_from: date
    service_to: date | None = None
    attributes: Mapping[str, Decimal] = field(default_factory=dict)
    contract: Contract | None = None
    number: str = ""


def register_service_point(*, premise: Premise, service: Service, code: str) -> ServicePoint:
    """The service point with this code: found, or made at the premise.

    Raises ServiceOfAnotherEntity, ServicePointDiffers.
    """
    assert_in_transaction()
    if service.legal_entity_id != premise.legal_entity_id:
        raise ServiceOfAnotherEntity(service=service.code)
    point, is_new = ServicePoint.objects.get_or_create(
        legal_entity_id=premise.legal_entity_id,
        code=code,
        defaults={"branch_id": premise.branch_id, "premise": premise, "service": service},
    )
    if point.premise_id != premise.id or point.service_id != service.id:
        raise ServicePointDiffers(service_point=code)
    if is_new:
        record_audit(
            operation="createServicePoint",
            object_kind="service_point",
            object_id=point.id,
            legal_entity_id=point.legal_entity_id,
            after={"code": code, "premise": str(premise), "service": service.code},
        )
    return point


def open_agreement(*, account: Account, point: ServicePoint, terms: Terms, opened_at: datetime) -> ServiceAgreement:
    """Begin to serve an account at a service point by a tariff plan.

    Raises BranchesDiffer, AccountClosed, PlanOfAnotherService, ContractOfAnotherAccount, EndBeforeStart,
    AgreementNumberTaken, ServicePointOccupied.
    """
    assert_in_transaction()
    refuse_mixed(account=account, point=point, terms=terms)
    agreement = add_agreement(account=account, point=point, terms=terms)
    days = {"valid_from": terms.service_from, "valid_to": terms.service_to, "recorded_at": opened_at}
    try:
        with transaction.atomic():
            ServiceTerm.objects.create(agreement=agreement, service_point=point, **days)
    except IntegrityError as error:
        if is_overlap(error):
            raise ServicePointOccupied(service_point=point.code, service_from=terms.service_from) from error
        raise
    TariffAssignment.objects.create(agreement=agreement, plan=terms.plan, **days)
    AgreementAttribute.objects.bulk_create(
        AgreementAttribute(agreement=agreement, attribute=name, value=value, **days)
        for name, value in terms.attributes.items()
    )
    record_audit(
        operation="openAgreement",
        object_kind="service_agreement",
        object_id=agreement.id,
        legal_entity_id=account.legal_entity_id,
        after={
            "number": agreement.number,
            "account": account.number,
            "service_point": point.code,
            "plan": terms.plan.code,
            "from": terms.service_from,
            "to": terms.service_to,
            "attributes": dict(terms.attributes),
        },
    )
    return agreement


def refuse_mixed(*, account: Account, point: ServicePoint, terms: Terms) -> None:
    """What belongs to different entities, branches, services or accounts makes no agreement."""
    if (account.legal_entity_id, account.branch_id) != (point.legal_entity_id, point.branch_id):
        raise BranchesDiffer(account=account.number, service_point=point.code)
    if account.closed_date is not None and (terms.service_to is None or terms.service_to > account.closed_date):
        raise AccountClosed(account=account.number, closed_date=account.closed_date)
    if terms.plan.service_id != point.service_id:
        raise PlanOfAnotherService(plan=terms.plan.code)
    if terms.contract is not None and terms.contract.account_id != account.id:
        raise ContractOfAnotherAccount(contract=terms.contract.number)
    if terms.service_to is not None and terms.service_to <= terms.service_from:
        raise EndBeforeStart(service_from=terms.service_from, service_to=terms.service_to)


def add_agreement(*, account: Account, point: ServicePoint, terms: Terms) -> ServiceAgreement:
    number = terms.number or next_agreement_number(account=account)
    try:
        with transaction.atomic():
            return ServiceAgreement.objects.create(
                legal_entity_id=account.legal_entity_id,
                account=account,
                service_id=point.service_id,
                service_point=point,
                contract=terms.contract,
                number=number,
            )
    except IntegrityError as error:
        if is_duplicate(error):
            raise AgreementNumberTaken(number=number) from error
        raise


def next_agreement_number(*, account: Account) -> str:
    series = open_series(legal_entity_id=account.legal_entity_id, kind="AGREEMENT", year=0, digits=7, prefix="A")
    series, value = take_first_value(series_id=series.id, count=1, document_date=date.min)
    return format_number(series=series, value=value)
