from uuid import UUID

from django.db.models import QuerySet

from rachun.apps.base.errors import NotFound
from rachun.apps.catalog.models import DestinationRate, DestinationTable, Service, TariffPlan, TariffVersion
from rachun.apps.identity.scope import Scope


def list_services(*, scope: Scope) -> QuerySet[Service]:
    """Services of the legal entities in scope, as a bill lists them. The catalog belongs to whole entities."""
    return Service.objects.filter(scope.on(has_branch=False)).order_by("position", "code", "id")


def get_service(*, scope: Scope, service_id: UUID) -> Service:
    """Raises NotFound, also for a service outside the scope."""
    service = list_services(scope=scope).filter(id=service_id).first()
    if service is None:
        raise NotFound(service_id=service_id)
    return service


def get_tariff_plan(*, scope: Scope, plan_id: UUID) -> TariffPlan:
    """Raises NotFound, also for a plan outside the scope."""
    plan = list_tariff_plans(scope=scope).filter(id=plan_id).first()
    if plan is None:
        raise NotFound(plan_id=plan_id)
    return plan


def list_tariff_plans(*, scope: Scope) -> QuerySet[TariffPlan]:
    """Plans of the legal entities in scope, by code."""
    plans = TariffPlan.objects.filter(scope.on(has_branch=False))
    return plans.select_related("service", "legal_entity").order_by("code", "id")


def list_tariff_versions(*, scope: Scope) -> QuerySet[TariffVersion]:
    """Versions in force, of each plan the newest first."""
    versions = TariffVersion.objects.filter(scope.on("plan", has_branch=False), superseded_at__isnull=True)
    return versions.select_related("plan").order_by("plan__code", "-valid_from", "id")


def list_destination_tables(*, scope: Scope) -> QuerySet[DestinationTable]:
    """Tables of the legal entities in scope, by code."""
    tables = DestinationTable.objects.filter(scope.on(has_branch=False))
    return tables.prefetch_related("bands").order_by("code", "id")


def list_destination_rates(*, scope: Scope) -> QuerySet[DestinationRate]:
    """Rates in force, by prefix."""
    rates = DestinationRate.objects.filter(scope.on("table", has_branch=False), superseded_at__isnull=True)
    return rates.select_related("table").order_by("table__code", "prefix", "-valid_from", "id")
