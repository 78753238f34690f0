"""The first load of a utility's base: a file of customers becomes parties, accounts, premises, points, agreements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from rachun.apps.agreements.events import MeteredAgreementImported
from rachun.apps.agreements.models import ServiceAgreement, ServicePoint, ServiceTerm
from rachun.apps.agreements.services.assign_resource import assign_resource
from rachun.apps.agreements.services.check_customer_row import MICRO, RESOURCES, RowRefused, check_row, number
from rachun.apps.agreements.services.open_agreement import Terms, open_agreement, register_service_point
from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import DomainError
from rachun.apps.base.events import emit
from rachun.apps.catalog.models import Service, TariffPlan
from rachun.apps.customers.models import Account, Party
from rachun.apps.customers.selectors import find_account_by_alias
from rachun.apps.customers.services import Address, Contact, PartyFacts, open_account, register_party, register_premise
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.identity.scope import Scope
from rachun.apps.identity.selectors import list_branches
from rachun.formats.customers import CustomerRow
from rachun.formats.reading import RowError

Thing = TypeVar("Thing")
FORMER_SYSTEM = "IMPORT"
COLUMNS = {  # which cell a refusal of a service is about
    "alias_taken": "external_number",
    "contact_not_valid": "email",
    "premise_of_another_branch": "branch",
    "service_point_differs": "service_point",
    "service_point_occupied": "service_point",
    "branches_differ": "service_point",
    "plan_of_another_service": "tariff_plan",
    "resource_in_use": "attributes",
    "identifier_not_valid": "attributes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What rows refer to by code, read once a file; of the branches those that the importing person may serve."""

    legal_entity: LegalEntity
    branches: Mapping[str, Branch]
    services: Mapping[str, Service]
    plans: Mapping[str, TariffPlan]

    @classmethod
    def of(cls, *, legal_entity_id: UUID, scope: Scope) -> "Directory":
        branches = list_branches(scope=scope).filter(legal_entity_id=legal_entity_id)
        return cls(
            legal_entity=LegalEntity.objects.get(id=legal_entity_id),
            branches={branch.code: branch for branch in branches},
            services={service.code: service for service in Service.objects.filter(legal_entity_id=legal_entity_id)},
            plans={plan.code: plan for plan in TariffPlan.objects.filter(legal_entity_id=legal_entity_id)},
        )


@dataclass(slots=True)
class Imported:
    added: int = 0
    known: int = 0
    errors: list[RowError] = field(default_factory=list)


@transaction.atomic
def import_customers(  # house: argument-count -- what one import is; only the job calls it
    *,
    legal_entity_id: UUID,
    rows: tuple[CustomerRow, ...],
    source: str,
    dry_run: bool,
    imported_at: datetime,
    scope: Scope,
    digest: str = "",
) -> Imported:
    """Take the rows of one file; a row that cannot be taken is told and leaves nothing behind.

    A row whose agreement is there already is counted as known. With dry_run everything is undone at the end.
    """
    directory, outcome = Directory.of(legal_entity_id=legal_entity_id, scope=scope), Imported()
    for row in rows:
        try:
            with transaction.atomic():
                is_new = import_row(row=row, directory=directory, source=source, imported_at=imported_at)
        except RowRefused as refusal:
            outcome.errors.append(RowError(row=row.row, field=refusal.column, code=refusal.code, params=refusal.params))
        except DomainError as refusal:
            column = COLUMNS.get(refusal.code, "")
            outcome.errors.append(RowError(row=row.row, field=column, code=refusal.code, params=told(refusal)))
        else:
            outcome.added += is_new
            outcome.known += not is_new
    if dry_run:
        transaction.set_rollback(True)
        return outcome
    record_audit(
        operation="importCustomers",
        object_kind="import",
        object_id=source,
        legal_entity_id=legal_entity_id,
        after={"added": outcome.added, "known": outcome.known, "errors": len(outcome.errors)},
        digest=digest,
    )
    return outcome


def told(refusal: DomainError) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value) for name, value in refusal.params.items()}


def import_row(*, row: CustomerRow, directory: Directory, source: str, imported_at: datetime) -> bool:
    """One agreement with all that it stands on; False when it is known. Raises RowRefused and refusals of services."""
    check_row(row)
    branch = named(directory.branches, row.branch, column="branch")
    service = named(directory.services, row.service, column="service")
    plan = named(directory.plans, row.tariff_plan, column="tariff_plan")
    account = account_of(row=row, branch=branch, directory=directory, imported_at=imported_at)
    premise = register_premise(
        legal_entity_id=directory.legal_entity.id,
        branch_id=branch.id,
        address=Address(settlement=row.settlement, street=row.street or "", building=row.building, unit=row.unit or ""),
        postcode=row.postcode or "",
    )
    point = register_service_point(premise=premise, service=service, code=row.service_point)
    if is_known(account=account, point=point, row=row):
        return False
    attributes = {name: number(name, text) for name, text in row.attributes.items() if name not in RESOURCES}
    terms = Terms(plan=plan, service_from=row.agreement_from, service_to=row.agreement_to, attributes=attributes)
    agreement = open_agreement(account=account, point=point, terms=terms, opened_at=imported_at)
    assign_resources(agreement=agreement, row=row, imported_at=imported_at)
    if row.meter_serial:
        emit_meter(row=row, point=point, service=service, source=source, imported_at=imported_at)
    return True


def named(things: Mapping[str, Thing], code: str, *, column: str) -> Thing:
    try:
        return things[code]
    except KeyError:
        raise RowRefused(column=column, code="unknown_code", value=code, what=column) from None


def account_of(*, row: CustomerRow, branch: Branch, directory: Directory, imported_at: datetime) -> Account:
    """The account with this former number; with a new party behind it when it is met for the first time."""
    known = find_account_by_alias(legal_entity_id=branch.legal_entity_id, number=row.external_number)
    if known is not None:
        refuse_another_customer(row=row, known=known, branch=branch)
        return known
    contacts = [
        Contact(kind=kind, value=value) for kind, value in (("EMAIL", row.email), ("PHONE", row.phone)) if value
    ]
    facts = PartyFacts(
        kind=Party.Kind(row.kind),
        name=row.name,
        language=row.language or directory.legal_entity.language,
        tax_id=row.tax_id or "",
    )
    party = register_party(
        legal_entity_id=branch.legal_entity_id,
        branch_id=branch.id,
        facts=facts,
        contacts=contacts,
        registered_at=imported_at,
    )
    return open_account(
        party=party,
        delivery=Account.Delivery.EMAIL if row.email else Account.Delivery.PAPER,
        opened_date=row.agreement_from,
        opened_at=imported_at,
        aliases={row.external_number: FORMER_SYSTEM},
    )


def refuse_another_customer(*, row: CustomerRow, known: Account, branch: Branch) -> None:
    """One former number is one customer in one branch: a second name under it is somebody's mistake."""
    if known.branch_id != branch.id:
        raise RowRefused(column="branch", code="account_elsewhere", number=row.external_number)
    if known.party.name != row.name:
        raise RowRefused(column="name", code="account_of_another", number=row.external_number, name=known.party.name)


def is_known(*, account: Account, point: ServicePoint, row: CustomerRow) -> bool:
    terms = ServiceTerm.objects.filter(agreement__account=account, service_point=point, superseded_at__isnull=True)
    return terms.filter(valid_from=row.agreement_from).exists()


def assign_resources(*, agreement: ServiceAgreement, row: CustomerRow, imported_at: datetime) -> None:
    """Attributes named phone_number and login are resources, not numbers to price by."""
    for name, kind in RESOURCES.items():
        if name in row.attributes:
            assign_resource(
                agreement=agreement,
                kind=kind,
                identifier=row.attributes[name].lstrip("+"),
                valid_from=row.agreement_from,
                valid_to=row.agreement_to,
                assigned_at=imported_at,
            )


def emit_meter(*, row: CustomerRow, point: ServicePoint, service: Service, source: str, imported_at: datetime) -> None:
    emit(
        MeteredAgreementImported(
            service_point_id=point.id,
            meter_serial=row.meter_serial or "",
            unit=service.unit,
            digits=row.meter_digits or 0,
            multiplier=Decimal(row.multiplier_micro) / MICRO,
            opening_readings={register: Decimal(row.opening_readings[register]) / MICRO for register in row.registers},
            installed_date=row.agreement_from,
            source=source,
            recorded_at=imported_at,
        )
    )
