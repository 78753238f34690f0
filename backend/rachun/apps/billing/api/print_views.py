"""Bills on paper: a batch is asked for, a job prints it, its files are fetched."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import NotFound
from rachun.apps.base.files import checked_path
from rachun.apps.base.models import Job
from rachun.apps.billing import refusals
from rachun.apps.billing.api.filters import BillPrintFileFilter, BillPrintFilter
from rachun.apps.billing.api.print_serializers import BillPrintFileOut, BillPrintIn, BillPrintOut
from rachun.apps.billing.selectors import runs
from rachun.apps.billing.services.start_print import NewPrint, resume_print, start_print
from rachun.apps.documents.models import PrintBatch, PrintFile
from rachun.apps.documents.selectors import list_print_batches, list_print_files
from rachun.apps.identity.scope import Scope, scope_of
from rachun.apps.identity.selectors import get_branch, get_whole_legal_entity

DAYS = ("document_date_from", "document_date_before")
CREATE_REFUSALS = (refusals.PrintUnclear, refusals.RunNotIssued, refusals.NothingToPrint)
FILE_TYPES = ("application/pdf", "application/zip")


def new_print(*, told: dict[str, Any], scope: Scope) -> NewPrint:
    """What was asked for, inside what the caller may see. Raises PrintUnclear, NotFound."""
    run_id, entity_id, branch_id = told.pop("run_id"), told.pop("legal_entity_id"), told["branch_id"]
    days = [told[name] for name in DAYS]
    is_of_run = run_id is not None and entity_id is None and days == [None, None]
    is_of_days = run_id is None and None not in (entity_id, *days)
    if not is_of_run and not (is_of_days and days[0] < days[1]):
        raise refusals.PrintUnclear
    if run_id is not None:
        run = runs.list_runs(scope=scope).filter(id=run_id).first()
        if run is None:
            raise NotFound(run_id=run_id)
        entity_id, branch_id = run.legal_entity_id, branch_id or run.branch_id
    if branch_id is None:
        get_whole_legal_entity(scope=scope, legal_entity_id=entity_id)
    elif get_branch(scope=scope, branch_id=branch_id).legal_entity_id != entity_id:
        raise NotFound(branch_id=branch_id)
    return NewPrint(**{**told, "branch_id": branch_id}, run_id=run_id, legal_entity_id=entity_id)


@extend_schema(tags=["bill-prints"])
class BillPrintViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    operations = {
        "list": "listBillPrints",
        "retrieve": "getBillPrint",
        "create": "createBillPrint",
        "resume": "resumeBillPrint",
    }
    costly_actions = ("create",)
    queryset = PrintBatch.objects.none()
    serializer_class = BillPrintOut
    filterset_class = BillPrintFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[PrintBatch]:
        return self.with_job(list_print_batches(scope=scope_of(self.request)))

    @staticmethod
    def with_job(batches: QuerySet[PrintBatch]) -> QuerySet[PrintBatch]:
        states = Job.objects.filter(id=OuterRef("job_id")).values("state")[:1]
        return batches.annotate(job_state=Subquery(states))

    @extend_schema(request=BillPrintIn, responses={201: BillPrintOut, **problems(*CREATE_REFUSALS)})
    @idempotent
    def create(self, request: Request) -> Response:
        """Starts the job; its files are listed with listBillPrintFiles when it is done."""
        new = new_print(told=checked(BillPrintIn, request), scope=scope_of(request))
        batch = start_print(new=new, created_by=request.user.pk, created_at=timezone.now())
        return Response(BillPrintOut(batch).data, status=201)

    @extend_schema(
        request=None, responses={200: BillPrintOut, **problems(refusals.PrintFinished, refusals.PrintUnderWay)}
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    @idempotent
    def resume(self, request: Request, id: UUID) -> Response:
        """Goes on with a print that was stopped with cancelJob, or that failed."""
        return Response(BillPrintOut(resume_print(batch_id=self.get_object().id)).data)


@extend_schema(tags=["bill-prints"])
class BillPrintFileViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Any]):
    operations = {"list": "listBillPrintFiles", "content": "downloadBillPrintFile"}
    queryset = PrintFile.objects.none()
    serializer_class = BillPrintFileOut
    filterset_class = BillPrintFileFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[PrintFile]:
        return list_print_files(scope=scope_of(self.request))

    @extend_schema(
        responses={(200, kind): OpenApiResponse(OpenApiTypes.BINARY, description="The file.") for kind in FILE_TYPES}
    )
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def content(self, request: Request, id: UUID) -> FileResponse:
        """Bills of many subscribers at once: who fetches them is audited."""
        file = self.get_object()
        path = checked_path(digest=file.sha256)
        with transaction.atomic():
            record_audit(
                operation="downloadBillPrintFile",
                object_kind="print_file",
                object_id=file.id,
                legal_entity_id=file.batch.legal_entity_id,
                after={"name": file.name, "bills": file.document_count},
            )
        answer = FileResponse(path.open("rb"), content_type=file.media_type, as_attachment=True, filename=file.name)
        answer["Cache-Control"] = "private, no-store"
        return answer
