from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.agreements.selectors.lists import get_service_point, list_service_points
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.identity.scope import Scope, scope_of
from rachun.apps.metering import errors, selectors, services
from rachun.apps.metering.api import common_serializers, filters
from rachun.apps.metering.models import CommonMeter


@extend_schema(tags=["meters"])
class CommonMeterViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CommonMeter]):
    operations = {
        "list": "listCommonMeters",
        "retrieve": "getCommonMeter",
        "create": "createCommonMeter",
        "end": "endCommonMeter",
    }
    queryset = CommonMeter.objects.none()
    serializer_class = common_serializers.CommonMeterOut
    filterset_class = filters.CommonMeterFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[CommonMeter]:
        return selectors.list_common_meters(scope=scope_of(self.request))

    def told(self, rule_id: UUID, *, status: int = 200) -> Response:
        found = self.get_queryset().get(id=rule_id)
        return Response(common_serializers.CommonMeterOut(found).data, status=status)

    @extend_schema(
        request=common_serializers.CommonMeterIn,
        responses={
            201: common_serializers.CommonMeterOut,
            **problems(errors.CommonMeterInvalid, errors.CommonMeterOverlaps),
        },
    )
    def create(self, request: Request) -> Response:
        """How what a main meter shows beyond its sub-meters is shared, from a day on."""
        told = checked(common_serializers.CommonMeterIn, request)
        scope = scope_of(request)
        main = get_service_point(scope=scope, service_point_id=told.pop("main_point_id"))
        members = members_of(told.pop("members"), scope=scope)
        with edge_transaction():
            new = services.NewCommonMeter(main_point=main, members=members, **told)
            rule = services.create_common_meter(new=new, recorded_at=timezone.now())
        return self.told(rule.id, status=201)

    @extend_schema(
        request=common_serializers.RuleEndIn,
        responses={200: common_serializers.CommonMeterOut, **problems(errors.RuleEndRefused)},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def end(self, request: Request, id: UUID) -> Response:
        """The rule holds no longer from the day on. Answers the row that says so; other members are another rule."""
        rule = self.get_object()
        told = checked(common_serializers.RuleEndIn, request)
        with edge_transaction():
            ended = services.end_common_meter(rule_id=rule.id, valid_to=told["valid_to"], recorded_at=timezone.now())
        return self.told(ended.id)


def members_of(told: Sequence[dict[str, Any]], *, scope: Scope) -> list[services.Member]:
    """Raises CommonMeterInvalid for points that are not there, each with its place."""
    ids = {member["service_point_id"] for member in told}
    points = {point.id: point for point in list_service_points(scope=scope).filter(id__in=ids)}
    unknown = [
        FieldProblem(
            pointer=f"/members/{no}/service_point_id",
            code="unknown_point",
            detail=_("There is no such service point, or you may not see it."),
        )
        for no, member in enumerate(told)
        if member["service_point_id"] not in points
    ]
    if unknown:
        raise errors.CommonMeterInvalid(errors=unknown)
    return [
        services.Member(
            point=points[member["service_point_id"]],
            is_subtracted=member["is_subtracted"],
            is_sharing=member["is_sharing"],
        )
        for member in told
    ]
