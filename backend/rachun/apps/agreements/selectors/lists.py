from uuid import UUID

from django.db.models import Prefetch, QuerySet

from rachun.apps.agreements.models import (
    AgreementAttribute,
    Contract,
    ResourceAssignment,
    ServiceAgreement,
    ServicePoint,
    ServiceTerm,
    TariffAssignment,
)
from rachun.apps.base.errors import NotFound
from rachun.apps.identity.scope import Scope


def list_service_points(*, scope: Scope) -> QuerySet[ServicePoint]:
    """Service points the scope may see, by code."""
    return ServicePoint.objects.filter(scope.on()).select_related("premise", "service").order_by("code", "id")


def get_service_point(*, scope: Scope, service_point_id: UUID) -> ServicePoint:
    """Raises NotFound, also for a service point outside the scope."""
    point = list_service_points(scope=scope).filter(id=service_point_id).first()
    if point is None:
        raise NotFound(service_point_id=service_point_id)
    return point


def list_contracts(*, scope: Scope) -> QuerySet[Contract]:
    """Contracts of the accounts the scope may see, the latest signed first."""
    contracts = Contract.objects.filter(scope.on("account")).select_related("account__party")
    return contracts.order_by("-signed_date", "number", "id")


def get_contract(*, scope: Scope, contract_id: UUID) -> Contract:
    """Raises NotFound, also for a contract outside the scope."""
    contract = list_contracts(scope=scope).filter(id=contract_id).first()
    if contract is None:
        raise NotFound(contract_id=contract_id)
    return contract


def find_agreement(*, scope: Scope, agreement_id: UUID) -> ServiceAgreement | None:
    """The agreement and its legal entity, without what list_agreements brings along; None also outside the scope."""
    found = ServiceAgreement.objects.filter(scope.on("account"), id=agreement_id)
    return found.select_related("legal_entity").first()


def list_agreements(*, scope: Scope) -> QuerySet[ServiceAgreement]:
    """Agreements the scope may see, by number, with the dated facts in force."""
    known = {"superseded_at__isnull": True}
    return (
        ServiceAgreement.objects.filter(scope.on("account"))
        .select_related("account__party", "service", "service_point__premise")
        .prefetch_related(
            Prefetch("terms", ServiceTerm.objects.filter(**known).order_by("valid_from")),
            Prefetch(
                "assignments", TariffAssignment.objects.filter(**known).select_related("plan").order_by("valid_from")
            ),
            Prefetch("attributes", AgreementAttribute.objects.filter(**known).order_by("attribute", "valid_from")),
            Prefetch(
                "resources",
                ResourceAssignment.objects.filter(**known).select_related("resource").order_by("valid_from"),
            ),
        )
        .order_by("number", "id")
    )
