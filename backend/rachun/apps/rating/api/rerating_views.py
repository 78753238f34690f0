"""Re-ratings: rehearsed, looked at by agreement and call by call, applied."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.serializers import JobOut
from rachun.apps.base.api.sublists import filter_parameters, filtered
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_whole_legal_entity
from rachun.apps.rating.api import rerating_serializers as told_as
from rachun.apps.rating.api.filters import ReratedCallFilter, ReratingFilter
from rachun.apps.rating.errors import (
    PlanNotOfEntity,
    ReratingNotRehearsed,
    ReratingOfPlanOrRun,
    ReratingPeriodInvalid,
    RunNotOfEntity,
)
from rachun.apps.rating.selectors import rerated
from rachun.apps.rating.services import ReratingAsked, start_applying, start_rehearsal
from rachun.apps.usage.models import Rerating


@extend_schema(tags=["reratings"])
class ReratingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    operations = {
        "list": "listReratings",
        "retrieve": "getRerating",
        "create": "createRerating",
        "apply": "applyRerating",
        "agreements": "listReratedAgreements",
        "calls": "listReratedCalls",
    }
    costly_actions = ("create", "apply")
    queryset = Rerating.objects.none()
    serializer_class = told_as.ReratingOut
    filterset_class = ReratingFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Rerating]:
        return rerated.list_reratings(scope=scope_of(self.request))

    @extend_schema(
        request=told_as.ReratingIn,
        responses={
            202: told_as.ReratingStartedOut,
            **problems(ReratingPeriodInvalid, PlanNotOfEntity, RunNotOfEntity, ReratingOfPlanOrRun),
        },
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Starts the rehearsal: a job prices the calls again and tells what would change; nothing is changed yet."""
        told = checked(told_as.ReratingIn, request)
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        rerating, job = start_rehearsal(
            asked=ReratingAsked(**told), created_by=request.user.pk, created_at=timezone.now()
        )
        return Response(told_as.ReratingStartedOut({"rerating": rerating, "job": job}).data, status=202)

    @extend_schema(request=None, responses={202: JobOut, **problems(ReratingNotRehearsed)})
    @action(detail=True, methods=["post"], filterset_class=None)
    @idempotent
    def apply(self, request: Request, id: UUID) -> Response:
        """Starts the job that gives calls which no bill holds their new price; billed ones are told and stay."""
        job = start_applying(rerating_id=self.get_object().id)
        return Response(JobOut(job).data, status=202)

    @extend_schema(responses=told_as.ReratedAgreementOut(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def agreements(self, request: Request, id: UUID) -> Response:
        """What differs, summed by agreement."""
        page = self.paginate_queryset(rerated.list_rerated_agreements(rerating=self.get_object()))
        return self.get_paginated_response(told_as.ReratedAgreementOut(page, many=True).data)

    @extend_schema(parameters=filter_parameters(ReratedCallFilter), responses=told_as.ReratedCallOut(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def calls(self, request: Request, id: UUID) -> Response:
        """What differs, call by call; those of standing BILLED are the ones that a correction bill is about."""
        rows = rerated.list_rerated_calls(rerating=self.get_object())
        page = self.paginate_queryset(filtered(rows=rows, filterset=ReratedCallFilter, request=request))
        return self.get_paginated_response(told_as.ReratedCallOut(page, many=True).data)
