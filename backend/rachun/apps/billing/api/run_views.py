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
from rachun.apps.base.errors import NotFound
from rachun.apps.base.numbering import DocumentDateBeforeSeries
from rachun.apps.billing import refusals
from rachun.apps.billing.api import filters
from rachun.apps.billing.api import serializers as told_as
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.selectors import runs
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.cancel_run import cancel_run
from rachun.apps.billing.services.create_run import NewRun, create_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_branch, get_whole_legal_entity
from rachun.apps.ledger.services.post_entry import UnknownPostingCode
from rachun.apps.ledger.services.refusals import PeriodIsClosed

CREATE_REFUSALS = (
    refusals.RunAlreadyExists,
    refusals.RunPeriodInvalid,
    refusals.RunNeedsAccounts,
    refusals.AccountNotOfEntity,
)
APPROVE_REFUSALS = (
    refusals.RunNotCalculated,
    refusals.ControlSheetDiffers,
    refusals.InputsChanged,
    refusals.OpeningAllowanceChanged,
    UnknownPostingCode,
    DocumentDateBeforeSeries,
)


@extend_schema(tags=["bill-runs"])
class BillRunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    operations = {
        "list": "listBillRuns",
        "retrieve": "getBillRun",
        "create": "createBillRun",
        "calculate": "calculateBillRun",
        "approve": "approveBillRun",
        "issue": "issueBillRun",
        "cancel": "cancelBillRun",
        "parked": "listBillRunParked",
        "drafts": "listBillRunDrafts",
        "control_sheet": "getBillRunControlSheet",
    }
    costly_actions = ("calculate",)
    queryset = BillRun.objects.none()
    serializer_class = told_as.BillRunOut
    filterset_class = filters.BillRunFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[BillRun]:
        return runs.list_runs(scope=scope_of(self.request))

    @extend_schema(request=told_as.BillRunIn, responses={201: told_as.BillRunOut, **problems(*CREATE_REFUSALS)})
    @idempotent
    def create(self, request: Request) -> Response:
        told = checked(told_as.BillRunIn, request)
        scope = scope_of(request)
        if told["branch_id"] is None:
            get_whole_legal_entity(scope=scope, legal_entity_id=told["legal_entity_id"])
        elif get_branch(scope=scope, branch_id=told["branch_id"]).legal_entity_id != told["legal_entity_id"]:
            raise NotFound(branch_id=told["branch_id"])
        run = create_run(new=NewRun(**told), created_by=request.user.pk, created_at=timezone.now())
        return Response(told_as.BillRunOut(run).data, status=201)

    @extend_schema(request=None, responses={202: JobOut, **problems(refusals.RunNotCalculable)})
    @action(detail=True, methods=["post"], filterset_class=None)
    @idempotent
    def calculate(self, request: Request, id: UUID) -> Response:
        """Starts the job; what an earlier calculation left is thrown away."""
        run = self.get_object()
        job = start_calculation(run_id=run.id, known_until=timezone.now())
        return Response(JobOut(job).data, status=202)

    @extend_schema(request=None, responses={200: told_as.BillRunOut, **problems(*APPROVE_REFUSALS)})
    @action(detail=True, methods=["post"], filterset_class=None)
    @idempotent
    def approve(self, request: Request, id: UUID) -> Response:
        run = approve_run(run_id=self.get_object().id, approved_by=request.user.pk, approved_at=timezone.now())
        return Response(told_as.BillRunOut(run).data)

    @extend_schema(
        request=None,
        responses={
            202: JobOut,
            **problems(
                refusals.RunNotReviewed, refusals.InputsChanged, refusals.OpeningAllowanceChanged, PeriodIsClosed
            ),
        },
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    @idempotent
    def issue(self, request: Request, id: UUID) -> Response:
        """Starts the job; the bills are seen when all of them are issued."""
        job = start_issue(run_id=self.get_object().id)
        return Response(JobOut(job).data, status=202)

    @extend_schema(
        request=told_as.CancelIn, responses={200: told_as.BillRunOut, **problems(refusals.RunNotCancellable)}
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    @idempotent
    def cancel(self, request: Request, id: UUID) -> Response:
        run = self.get_object()  # before the body is judged: 404 is the scope check
        told = checked(told_as.CancelIn, request)
        return Response(told_as.BillRunOut(cancel_run(run_id=run.id, **told)).data)

    @extend_schema(parameters=filter_parameters(filters.ParkedFilter), responses=told_as.ParkedAccountOut(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def parked(self, request: Request, id: UUID) -> Response:
        parked = runs.list_parked(run=self.get_object())
        page = self.paginate_queryset(filtered(rows=parked, filterset=filters.ParkedFilter, request=request))
        return self.get_paginated_response(told_as.ParkedAccountOut(page, many=True).data)

    @extend_schema(parameters=filter_parameters(filters.DraftFilter), responses=told_as.DraftBillOut(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def drafts(self, request: Request, id: UUID) -> Response:
        """Against the account's previous bill, the largest difference first."""
        drafts = runs.list_drafts(run=self.get_object())
        page = self.paginate_queryset(filtered(rows=drafts, filterset=filters.DraftFilter, request=request))
        return self.get_paginated_response(told_as.DraftBillOut(page, many=True).data)

    @extend_schema(responses=told_as.ControlSheetOut)
    @action(detail=True, methods=["get"], filterset_class=None, url_path="control-sheet")
    def control_sheet(self, request: Request, id: UUID) -> Response:
        sheet = runs.find_control_sheet(run=self.get_object())
        if sheet is None:
            raise NotFound
        return Response(told_as.ControlSheetOut(sheet).data)
