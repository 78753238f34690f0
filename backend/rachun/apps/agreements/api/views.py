from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.agreements import errors, locks, services
from rachun.apps.agreements.api import serializers as told_as
from rachun.apps.agreements.api.filters import AgreementFilter, ContractFilter, ServicePointFilter
from rachun.apps.agreements.models import Contract, ServiceAgreement, ServicePoint
from rachun.apps.agreements.selectors import lists
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.catalog.selectors import get_service, get_tariff_plan
from rachun.apps.customers.selectors import get_account, get_premise
from rachun.apps.identity.scope import scope_of

HAND_OVER_REFUSALS = (
    errors.ServicePointVacant,
    errors.ServicePointOccupied,
    errors.SameHolder,
    errors.BranchesDiffer,
    errors.AccountClosed,
    errors.PlanOfAnotherService,
    errors.ContractOfAnotherAccount,
)


@extend_schema(tags=["agreements"])
class ServicePointViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ServicePoint]):
    operations = {
        "list": "listServicePoints",
        "retrieve": "getServicePoint",
        "create": "createServicePoint",
        "hand_over": "handOverServicePoint",
    }
    queryset = ServicePoint.objects.none()
    serializer_class = told_as.ServicePointOut
    filterset_class = ServicePointFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[ServicePoint]:
        return lists.list_service_points(scope=scope_of(self.request))

    @extend_schema(
        request=told_as.ServicePointIn,
        responses={
            201: told_as.ServicePointOut,
            **problems(errors.ServiceOfAnotherEntity, errors.ServicePointDiffers),
        },
    )
    def create(self, request: Request) -> Response:
        """Answers the service point with this code, if there is one already."""
        told, scope = checked(told_as.ServicePointIn, request), scope_of(request)
        premise = get_premise(scope=scope, premise_id=told["premise_id"])
        service = get_service(scope=scope, service_id=told["service_id"])
        with edge_transaction():
            point = services.register_service_point(premise=premise, service=service, code=told["code"])
        return Response(told_as.ServicePointOut(point).data, status=201)

    @extend_schema(request=told_as.HandOverIn, responses={201: told_as.AgreementOut, **problems(*HAND_OVER_REFUSALS)})
    @action(detail=True, methods=["post"], url_path="hand-over", filterset_class=None)
    def hand_over(self, request: Request, id: UUID) -> Response:
        """Ends the agreement of the old holder on the day and opens one for the new holder from it."""
        point, scope = self.get_object(), scope_of(request)
        told = checked(told_as.HandOverIn, request)
        new_terms = services.NewTerms(
            plan=get_tariff_plan(scope=scope, plan_id=told["plan_id"]) if told["plan_id"] else None,
            attributes={entry["attribute"]: entry["value"] for entry in told["attributes"]},
            contract=lists.get_contract(scope=scope, contract_id=told["contract_id"]) if told["contract_id"] else None,
        )
        account = get_account(scope=scope, account_id=told["account_id"])
        with edge_transaction():
            agreement = services.hand_over_service_point(
                point=point,
                to_account=account,
                service_from=told["service_from"],
                reason=told["reason"],
                handed_over_at=timezone.now(),
                new_terms=new_terms,
            )
        opened = lists.list_agreements(scope=scope).get(id=agreement.id)
        return Response(told_as.AgreementOut(opened).data, status=201)


@extend_schema(tags=["agreements"])
class PremiseHandOverView(APIView):
    operations = {"post": "handOverPremise"}

    @extend_schema(
        request=told_as.PremiseHandOverIn,
        responses={201: told_as.AgreementOut(many=True), **problems(*HAND_OVER_REFUSALS)},
    )
    def post(self, request: Request, id: UUID) -> Response:
        """Hands over every service point of the premise that somebody holds, by the terms of the old holder."""
        scope = scope_of(request)
        premise = get_premise(scope=scope, premise_id=id)
        told = checked(told_as.PremiseHandOverIn, request)
        account = get_account(scope=scope, account_id=told.pop("account_id"))
        with edge_transaction():
            opened = services.hand_over_premise(
                premise=premise, to_account=account, handed_over_at=timezone.now(), **told
            )
        agreements = lists.list_agreements(scope=scope).filter(id__in=[agreement.id for agreement in opened])
        return Response(told_as.AgreementOut(agreements, many=True).data, status=201)


@extend_schema(tags=["agreements"])
class ContractViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Contract]):
    operations = {"list": "listContracts", "retrieve": "getContract", "create": "createContract"}
    queryset = Contract.objects.none()
    serializer_class = told_as.ContractOut
    filterset_class = ContractFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Contract]:
        return lists.list_contracts(scope=scope_of(self.request))

    @extend_schema(
        request=told_as.ContractIn, responses={201: told_as.ContractOut, **problems(errors.ContractNumberTaken)}
    )
    def create(self, request: Request) -> Response:
        told = checked(told_as.ContractIn, request)
        account = get_account(scope=scope_of(request), account_id=told.pop("account_id"))
        with edge_transaction():
            contract = services.sign_contract(account=account, **told)
        return Response(told_as.ContractOut(contract).data, status=201)


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
        return lists.list_agreements(scope=scope_of(self.request))

    def told(self, agreement_id: UUID, *, status: int = 200) -> Response:
        agreement = self.get_queryset().get(id=agreement_id)
        return Response(told_as.AgreementOut(agreement).data, status=status)

    @extend_schema(
        request=told_as.AgreementIn,
        responses={
            201: told_as.AgreementOut,
            **problems(
                errors.BranchesDiffer,
                errors.AccountClosed,
                errors.PlanOfAnotherService,
                errors.ContractOfAnotherAccount,
                errors.EndBeforeStart,
                errors.ServicePointOccupied,
            ),
        },
    )
    def create(self, request: Request) -> Response:
        told, scope = checked(told_as.AgreementIn, request), scope_of(request)
        account = get_account(scope=scope, account_id=told["account_id"])
        point = lists.get_service_point(scope=scope, service_point_id=told["service_point_id"])
        terms = services.Terms(
            plan=get_tariff_plan(scope=scope, plan_id=told["plan_id"]),
            service_from=told["service_from"],
            service_to=told["service_to"],
            attributes={entry["attribute"]: entry["value"] for entry in told["attributes"]},
            contract=lists.get_contract(scope=scope, contract_id=told["contract_id"]) if told["contract_id"] else None,
        )
        with edge_transaction():
            agreement = services.open_agreement(account=account, point=point, terms=terms, opened_at=timezone.now())
        return self.told(agreement.id, status=201)

    @extend_schema(
        request=told_as.EndIn,
        responses={200: told_as.AgreementOut, **problems(errors.NotServedThen, errors.AgreementAlreadyEnded)},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def end(self, request: Request, id: UUID) -> Response:
        seen = self.get_object()  # before the body is judged: 404 is the scope check
        told = checked(told_as.EndIn, request)
        return self.change(seen, services.end_agreement, ended_at=timezone.now(), **told)

    @extend_schema(
        request=told_as.TariffChangeIn,
        responses={200: told_as.AgreementOut, **problems(errors.PlanOfAnotherService, errors.NotServedThen)},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def tariff(self, request: Request, id: UUID) -> Response:
        seen = self.get_object()
        told = checked(told_as.TariffChangeIn, request)
        plan = get_tariff_plan(scope=scope_of(request), plan_id=told["plan_id"])
        return self.change(
            seen, services.change_tariff, plan=plan, valid_from=told["valid_from"], changed_at=timezone.now()
        )

    @extend_schema(
        request=told_as.AttributeChangeIn, responses={200: told_as.AgreementOut, **problems(errors.NotServedThen)}
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def attribute(self, request: Request, id: UUID) -> Response:
        seen = self.get_object()
        told = checked(told_as.AttributeChangeIn, request)
        return self.change(seen, services.change_attribute, changed_at=timezone.now(), **told)

    @extend_schema(
        request=told_as.SuspensionIn,
        responses={200: told_as.AgreementOut, **problems(errors.NotServedThen, errors.EndBeforeStart)},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def suspension(self, request: Request, id: UUID) -> Response:
        seen = self.get_object()
        told = checked(told_as.SuspensionIn, request)
        return self.change(
            seen,
            services.suspend_agreement,
            start=told["suspended_from"],
            end=told["suspended_to"],
            reason=told["reason"],
            suspended_at=timezone.now(),
        )

    @extend_schema(
        request=told_as.ResourceIn,
        responses={
            200: told_as.AgreementOut,
            **problems(errors.ResourceInUse, errors.IdentifierNotValid, errors.NotServedThen, errors.EndBeforeStart),
        },
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def resource(self, request: Request, id: UUID) -> Response:
        seen = self.get_object()
        told = checked(told_as.ResourceIn, request)
        return self.change(seen, services.assign_resource, assigned_at=timezone.now(), **told)

    def change(self, seen: ServiceAgreement, use: Any, **facts: Any) -> Response:
        """Run one change on the locked agreement and tell what it is now."""
        with edge_transaction():
            use(agreement=locks.lock_agreement(seen.id), **facts)
        return self.told(seen.id)
