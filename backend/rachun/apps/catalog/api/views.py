from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.serializers import FieldProblemOut
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.catalog import selectors, services
from rachun.apps.catalog.api import filters
from rachun.apps.catalog.api import serializers as told_as
from rachun.apps.catalog.errors import (
    CodeTaken,
    CurrencyDiffers,
    TariffNotValid,
    UnknownDestinationTable,
    VersionStartTaken,
)
from rachun.apps.catalog.models import DestinationRate, DestinationTable, Service, TariffPlan, TariffVersion
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_whole_legal_entity


@extend_schema(tags=["catalog"])
class ServiceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Service]):
    operations = {"list": "listServices", "retrieve": "getService", "create": "createService"}
    queryset = Service.objects.none()
    serializer_class = told_as.ServiceOut
    filterset_class = filters.ServiceFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Service]:
        return selectors.list_services(scope=scope_of(self.request))

    @extend_schema(request=told_as.ServiceIn, responses={201: told_as.ServiceOut, **problems(CodeTaken)})
    def create(self, request: Request) -> Response:
        told = checked(told_as.ServiceIn, request)
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        with edge_transaction():
            service = services.add_service(**told)
        return Response(told_as.ServiceOut(service).data, status=201)


@extend_schema(tags=["catalog"])
class TariffPlanViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[TariffPlan]):
    operations = {"list": "listTariffPlans", "retrieve": "getTariffPlan", "create": "createTariffPlan"}
    queryset = TariffPlan.objects.none()
    serializer_class = told_as.TariffPlanOut
    filterset_class = filters.TariffPlanFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[TariffPlan]:
        return selectors.list_tariff_plans(scope=scope_of(self.request))

    @extend_schema(request=told_as.TariffPlanIn, responses={201: told_as.TariffPlanOut, **problems(CodeTaken)})
    def create(self, request: Request) -> Response:
        told = checked(told_as.TariffPlanIn, request)
        service = selectors.get_service(scope=scope_of(request), service_id=told["service_id"])
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=service.legal_entity_id)
        with edge_transaction():
            plan = services.add_tariff_plan(service=service, code=told["code"], names=told["names"])
        return Response(told_as.TariffPlanOut(plan).data, status=201)


@extend_schema(tags=["catalog"])
class TariffVersionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[TariffVersion]):
    operations = {
        "list": "listTariffVersions",
        "retrieve": "getTariffVersion",
        "create": "addTariffVersion",
        "check": "checkTariffVersion",
    }
    queryset = TariffVersion.objects.none()
    serializer_class = told_as.TariffVersionOut
    filterset_class = filters.TariffVersionFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[TariffVersion]:
        return selectors.list_tariff_versions(scope=scope_of(self.request))

    @extend_schema(
        request=told_as.TariffVersionIn,
        responses={
            201: told_as.TariffVersionAddedOut,
            **problems(TariffNotValid, CurrencyDiffers, UnknownDestinationTable, VersionStartTaken),
        },
    )
    def create(self, request: Request) -> Response:
        told = checked(told_as.TariffVersionIn, request)
        plan = selectors.get_tariff_plan(scope=scope_of(request), plan_id=told.pop("plan_id"))
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=plan.legal_entity_id)
        with edge_transaction():
            version = services.add_tariff_version(plan=plan, recorded_at=timezone.now(), **told)
            warnings = services.warnings_of(plan=plan, valid_from=version.valid_from, body=version.body)
        answer = {
            **told_as.TariffVersionOut(version).data,
            "warnings": FieldProblemOut(warnings, many=True).data,
        }
        return Response(answer, status=201)

    @extend_schema(request=told_as.TariffCheckIn, responses=told_as.TariffVerdictOut)
    @action(detail=False, methods=["post"])
    def check(self, request: Request) -> Response:
        """Tell what is wrong with a version and what deserves a look, and store nothing."""
        told = checked(told_as.TariffCheckIn, request)
        plan = selectors.get_tariff_plan(scope=scope_of(request), plan_id=told.pop("plan_id"))
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=plan.legal_entity_id)
        with edge_transaction():
            verdict = services.check_tariff_version(plan=plan, **told)
        answer = {"can_be_added": not verdict.errors, "errors": verdict.errors, "warnings": verdict.warnings}
        return Response(told_as.TariffVerdictOut(answer).data)


@extend_schema(tags=["catalog"])
class DestinationTableViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[DestinationTable]
):
    operations = {
        "list": "listDestinationTables",
        "retrieve": "getDestinationTable",
        "create": "createDestinationTable",
    }
    queryset = DestinationTable.objects.none()
    serializer_class = told_as.DestinationTableOut
    filterset_class = filters.DestinationTableFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[DestinationTable]:
        return selectors.list_destination_tables(scope=scope_of(self.request))

    @extend_schema(
        request=told_as.DestinationTableIn, responses={201: told_as.DestinationTableOut, **problems(CodeTaken)}
    )
    def create(self, request: Request) -> Response:
        told = checked(told_as.DestinationTableIn, request)
        entity = get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        with edge_transaction():
            table = services.add_destination_table(currency=entity.currency, **told)
        return Response(told_as.DestinationTableOut(table).data, status=201)


@extend_schema(tags=["catalog"])
class DestinationRateViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[DestinationRate]):
    operations = {"list": "listDestinationRates"}
    queryset = DestinationRate.objects.none()
    serializer_class = told_as.DestinationRateOut
    filterset_class = filters.DestinationRateFilter

    def get_queryset(self) -> QuerySet[DestinationRate]:
        return selectors.list_destination_rates(scope=scope_of(self.request))
