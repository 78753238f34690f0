from django.db.models import QuerySet

from rachun.apps.catalog.models import DestinationRate, DestinationTable, Service, TariffPlan, TariffVersion
from rachun.apps.identity.scope import Scope


def list_services(*, scope: Scope) -> QuerySet[Service]:
    return Service.objects.filter(scope.on("")).order_by("position", "code")


def list_tariff_plans(*, scope: Scope) -> QuerySet[TariffPlan]:
    return TariffPlan.objects.filter(scope.on("")).select_related("service").order_by("code")


def list_tariff_versions(*, scope: Scope) -> QuerySet[TariffVersion]:
    """Versions in force, of each plan the newest first."""
    versions = TariffVersion.objects.filter(scope.on("plan"), superseded_at__isnull=True)
    return versions.select_related("plan").order_by("plan__code", "-valid_from")


def list_destination_tables(*, scope: Scope) -> QuerySet[DestinationTable]:
    return DestinationTable.objects.filter(scope.on("")).order_by("code")


def list_destination_rates(*, scope: Scope) -> QuerySet[DestinationRate]:
    """Rates in force, by prefix."""
    rates = DestinationRate.objects.filter(scope.on("table"), superseded_at__isnull=True)
    return rates.select_related("table").order_by("table__code", "prefix", "-valid_from")
