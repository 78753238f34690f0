from collections.abc import Callable
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.catalog.selectors import get_service
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_branch, get_whole_legal_entity
from rachun.apps.metering import errors, selectors, services
from rachun.apps.metering.api import filters, serializers
from rachun.apps.metering.api.common_serializers import RuleEndIn
from rachun.apps.metering.models import EstimationRule, HeldReading, ReadingRule


@extend_schema(tags=["readings"])
class EstimationRuleViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[EstimationRule]):
    operations = {"list": "listEstimationRules", "create": "createEstimationRule", "end": "endEstimationRule"}
    queryset = EstimationRule.objects.none()
    serializer_class = serializers.EstimationRuleOut
    filterset_class = filters.EstimationRuleFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[EstimationRule]:
        return selectors.list_estimation_rules(scope=scope_of(self.request))

    @extend_schema(
        request=serializers.EstimationRuleIn,
        responses={
            201: serializers.EstimationRuleOut,
            **problems(errors.EstimationRuleInvalid, errors.EstimationRuleOverlaps),
        },
    )
    def create(self, request: Request) -> Response:
        """How the unread days of a service are estimated from a day on. The open rule before it ends there."""
        told = checked(serializers.EstimationRuleIn, request)
        scope = scope_of(request)
        service, branch_id = get_service(scope=scope, service_id=told.pop("service_id")), told.pop("branch_id")
        branch = None if branch_id is None else get_branch(scope=scope, branch_id=branch_id)
        if branch is None:
            get_whole_legal_entity(scope=scope, legal_entity_id=service.legal_entity_id)
        with edge_transaction():
            new = services.NewEstimationRule(service=service, branch=branch, **told)
            rule = services.add_estimation_rule(new=new, recorded_at=timezone.now())
        return Response(serializers.EstimationRuleOut(rule).data, status=201)

    @extend_schema(request=RuleEndIn, responses={200: serializers.EstimationRuleOut, **problems(errors.RuleEndRefused)})
    @action(detail=True, methods=["post"], filterset_class=None)
    def end(self, request: Request, id: UUID) -> Response:
        """No day from this one on is estimated by the rule. Answers the row that says so."""
        rule = self.get_object()
        refuse_part_of_entity(request, rule)
        told = checked(RuleEndIn, request)
        with edge_transaction():
            ended = services.end_estimation_rule(rule_id=rule.id, valid_to=told["valid_to"], recorded_at=timezone.now())
        return Response(serializers.EstimationRuleOut(ended).data)


@extend_schema(tags=["readings"])
class ReadingRuleViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[ReadingRule]):
    operations = {"list": "listReadingRules", "create": "createReadingRule", "end": "endReadingRule"}
    queryset = ReadingRule.objects.none()
    serializer_class = serializers.ReadingRuleOut
    filterset_class = filters.ReadingRuleFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[ReadingRule]:
        return selectors.list_reading_rules(scope=scope_of(self.request))

    @extend_schema(
        request=serializers.ReadingRuleIn,
        responses={
            201: serializers.ReadingRuleOut,
            **problems(errors.ReadingRuleInvalid, errors.ReadingRuleOverlaps),
        },
    )
    def create(self, request: Request) -> Response:
        """What each check of a source leads to, from a day on. The open rule before it ends there."""
        told = checked(serializers.ReadingRuleIn, request)
        entity = get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told.pop("legal_entity_id"))
        new = services.NewReadingRule(legal_entity_id=entity.id, source=told.pop("rule_source"), **told)
        with edge_transaction():
            rule = services.add_reading_rule(new=new, recorded_at=timezone.now())
        return Response(serializers.ReadingRuleOut(rule).data, status=201)

    @extend_schema(request=RuleEndIn, responses={200: serializers.ReadingRuleOut, **problems(errors.RuleEndRefused)})
    @action(detail=True, methods=["post"], filterset_class=None)
    def end(self, request: Request, id: UUID) -> Response:
        """Readings of the source that are told from this day on are taken as they come."""
        rule = self.get_object()
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=rule.legal_entity_id)
        told = checked(RuleEndIn, request)
        with edge_transaction():
            ended = services.end_reading_rule(rule_id=rule.id, valid_to=told["valid_to"], recorded_at=timezone.now())
        return Response(serializers.ReadingRuleOut(ended).data)


@extend_schema(tags=["readings"])
class HeldReadingViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[HeldReading]):
    operations = {"list": "listHeldReadings", "accept": "acceptHeldReading", "refuse": "refuseHeldReading"}
    queryset = HeldReading.objects.none()
    serializer_class = serializers.HeldReadingOut
    filterset_class = filters.HeldReadingFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[HeldReading]:
        return selectors.list_held_readings(scope=scope_of(self.request))

    def decided(self, request: Request, decide: Callable[..., HeldReading]) -> Response:
        held = self.get_object()
        told = checked(serializers.DecisionIn, request)
        with edge_transaction():
            decide(held_id=held.id, reason=told["reason"], decided_at=timezone.now())
        return Response(serializers.HeldReadingOut(self.get_queryset().get(id=held.id)).data)

    @extend_schema(
        request=serializers.DecisionIn,
        responses={
            200: serializers.HeldReadingOut,
            **problems(errors.ReadingAlreadyDecided, errors.ReadingRefused),
        },
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def accept(self, request: Request, id: UUID) -> Response:
        """Records the reading; who accepts it answers for it."""
        return self.decided(request, services.accept_held_reading)

    @extend_schema(
        request=serializers.DecisionIn,
        responses={200: serializers.HeldReadingOut, **problems(errors.ReadingAlreadyDecided)},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def refuse(self, request: Request, id: UUID) -> Response:
        """Keeps the reading out for good."""
        return self.decided(request, services.refuse_held_reading)


def refuse_part_of_entity(request: Request, rule: EstimationRule) -> None:
    """Raises NotFound where the rule reaches further than who wants to end it."""
    scope = scope_of(request)
    if rule.branch_id is None:
        get_whole_legal_entity(scope=scope, legal_entity_id=rule.legal_entity_id)
    else:
        get_branch(scope=scope, branch_id=rule.branch_id)
