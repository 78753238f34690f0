from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.agreements import errors, locks, services
from rachun.apps.agreements.api import serializers as told_as
from rachun.apps.agreements.api.filters import AgreementFilter, ServicePointFilter
from rachun.apps.agreements.models import ServiceAgreement, ServicePoint
from rachun.apps.agreements.selectors.lists import get_service_point, list_agreements, list_service_points
from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked, keep_upload
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.serializers import JobOut
from rachun.apps.base.api.templates import template_response, template_schema
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.catalog.selectors import get_service, get_tariff_plan
from rachun.apps.customers.selectors import get_account, get_premise
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_legal_entity


@extend_schema(tags=["agreements"])
class ServicePointViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ServicePoint]):
    operations = {"list": "listServicePoints", "retrieve": "getServicePoint", "create": "createServicePoint"}
    queryset = ServicePoint.objects.none()
    serializer_class = told_as.ServicePointOut
    filterset_class = ServicePointFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[ServicePoint]:
        return list_service_points(scope=scope_of(self.request))

    @extend_schema(request=told_as.ServicePointIn, responses={201: told_as.ServicePointOut})
    def create(self, request: Request) -> Response:
        """Answers the service point with this code, if there is one already."""
        told, scope = checked(told_as.ServicePointIn, request), scope_of(request)
        premise = get_premise(scope=scope, premise_id=told["premise_id"])
        service = get_service(scope=scope, service_id=told["service_id"])
        with edge_transaction():
            point = services.register_service_point(premise=premise, service=service, code=told["code"])
        return Response(told_as.ServicePointOut(point).data, status=201)


@extend_schema(tags=["agreements"])
class AgreementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ServiceAgreement]):
    operations = {
        "list": "listAgreements",
        "retrieve": "getAgreement",
        "create": "openAgreement",
        "end": "endAgreement",
        "tariff": "changeTariff",
        "attribute": "changeAttribute",
        "suspension": "suspendAgreement",
        "resource": "assignResource",
    }
    queryset = ServiceAgreement.objects.none()
    serializer_class = told_as.AgreementOut
    filterset_class = AgreementFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[ServiceAgreement]:
        return list_agreements(scope=scope_of(self.request))

    def told(self, agreement_id: UUID, *, status: int = 200) -> Response:
        agreement = self.get_queryset().get(id=agreement_id)
        return Response(told_as.AgreementOut(agreement).data, status=status)

    @extend_schema(
        request=told_as.AgreementIn,
        responses={
            201: told_as.AgreementOut,
            **problems(errors.PlanOfAnotherService, errors.EndBeforeStart, errors.ServicePointOccupied),
        },
    )
    def create(self, request: Request) -> Response:
        told, scope = checked(told_as.AgreementIn, request), scope_of(request)
        account = get_account(scope=scope, account_id=told["account_id"])
        point = get_service_point(scope=scope, service_point_id=told["service_point_id"])
        terms = services.Terms(
            plan=get_tariff_plan(scope=scope, plan_id=told["plan_id"]),
            service_from=told["service_from"],
            service_to=told["service_to"],
            attributes={entry["attribute"]: entry["value"] for entry in told["attributes"]},
        )
        with edge_transaction():
            agreement = services.open_agreement(account=account, point=point, terms=terms, opened_at=timezone.now())
        return self.told(agreement.id, status=201)

    @extend_schema(request=told_as.EndIn, responses={200: told_as.AgreementOut, **problems(errors.NotServedThen)})
    @action(detail=True, methods=["post"], filterset_class=None)
    def end(self, request: Request, id: UUID) -> Response:
        return self.change(services.end_agreement, ended_at=timezone.now(), **checked(told_as.EndIn, request))

    @extend_schema(
        request=told_as.TariffChangeIn,
        responses={200: told_as.AgreementOut, **problems(errors.PlanOfAnotherService, errors.NotServedThen)},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def tariff(self, request: Request, id: UUID) -> Response:
        told = checked(told_as.TariffChangeIn, request)
        plan = get_tariff_plan(scope=scope_of(request), plan_id=told["plan_id"])
        return self.change(services.change_tariff, plan=plan, valid_from=told["valid_from"], changed_at=timezone.now())

    @extend_schema(
        request=told_as.AttributeChangeIn, responses={200: told_as.AgreementOut, **problems(errors.NotServedThen)}
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def attribute(self, request: Request, id: UUID) -> Response:
        told = checked(told_as.AttributeChangeIn, request)
        return self.change(services.change_attribute, changed_at=timezone.now(), **told)

    @extend_schema(
        request=told_as.SuspensionIn,
        responses={200: told_as.AgreementOut, **problems(errors.NotServedThen, errors.EndBeforeStart)},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def suspension(self, request: Request, id: UUID) -> Response:
        told = checked(told_as.SuspensionIn, request)
        return self.change(
            services.suspend_agreement,
            start=told["suspended_from"],
            end=told["suspended_to"],
            reason=told["reason"],
            suspended_at=timezone.now(),
        )

    @extend_schema(request=told_as.ResourceIn, responses={200: told_as.AgreementOut, **problems(errors.ResourceInUse)})
    @action(detail=True, methods=["post"], filterset_class=None)
    def resource(self, request: Request, id: UUID) -> Response:
        told = checked(told_as.ResourceIn, request)
        return self.change(services.assign_resource, assigned_at=timezone.now(), **told)

    def change(self, use: Any, **facts: Any) -> Response:
        """Run one change on the locked agreement and tell what it is now."""
        seen = self.get_object()
        with edge_transaction():
            use(agreement=locks.lock_agreement(seen.id), **facts)
        return self.told(seen.id)


@extend_schema(tags=["agreements"])
class CustomerImportView(APIView):
    operations = {"post": "importCustomers"}
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": told_as.CustomerImportIn}, responses={202: JobOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Starts a job; its errors name row, field and reason. The same file again changes nothing."""
        told = checked(told_as.CustomerImportIn, request)
        entity = get_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        job = enqueue(
            "agreements.import_customers",
            params={**keep_upload(file=told["file"]), "encoding": told["encoding"], "dry_run": told["dry_run"]},
            legal_entity_id=entity.id,
        )
        return Response(JobOut(job).data, status=202)


@extend_schema(tags=["agreements"])
class CustomerTemplateView(APIView):
    operations = {"get": "downloadCustomerTemplate"}

    @template_schema
    def get(self, request: Request) -> HttpResponse:
        """The columns of a customer file, with an example row that explains each."""
        return template_response(request=request, name="customers")
