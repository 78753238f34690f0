"""Jobs and the audit: base keeps them, but who may see them is known only here."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections, transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.serializers import JobOut, JobRowErrorOut
from rachun.apps.base.api.sublists import filter_parameters, filtered
from rachun.apps.base.audit import record_audit
from rachun.apps.base.jobs import JobAlreadyFinished, request_cancel
from rachun.apps.base.models import AuditRow, Job, JobRowError
from rachun.apps.identity import selectors
from rachun.apps.identity.api.filters import AuditFilter, JobErrorFilter, JobFilter
from rachun.apps.identity.api.serializers import AuditRowOut
from rachun.apps.identity.scope import scope_of

POLL_S = 0.5
WATCH_POLLS_MAX = 1200  # ten minutes, then the client connects again
FINISHED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


@extend_schema(tags=["jobs"])
class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Job]):
    operations = {
        "list": "listJobs",
        "retrieve": "getJob",
        "cancel": "cancelJob",
        "errors": "listJobErrors",
        "events": "watchJob",
    }
    queryset = Job.objects.none()
    serializer_class = JobOut
    filterset_class = JobFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Job]:
        return selectors.list_jobs(scope=scope_of(self.request))

    @extend_schema(request=None, responses={200: JobOut, **problems(JobAlreadyFinished)})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: UUID) -> Response:
        job = self.get_object()
        with transaction.atomic():
            cancelled = request_cancel(job_id=job.id)
            record_audit(
                operation="cancelJob", object_kind="job", object_id=job.id, legal_entity_id=job.legal_entity_id
            )
        return Response(JobOut(cancelled).data)

    @extend_schema(parameters=filter_parameters(JobErrorFilter), responses=JobRowErrorOut(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def errors(self, request: Request, id: UUID) -> Response:
        job = self.get_object()
        rows: QuerySet[Any] = JobRowError.objects.filter(job=job).order_by("row_no", "id")
        page = self.paginate_queryset(filtered(rows=rows, filterset=JobErrorFilter, request=request))
        return self.get_paginated_response(JobRowErrorOut(page, many=True).data)

    @extend_schema(
        responses={
            (200, "text/event-stream"): OpenApiResponse(
                OpenApiTypes.STR, description="An event named job on every change, its data a Job; ends with the job."
            )
        }
    )
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def events(self, request: Request, id: UUID) -> HttpResponseBase:
        job = self.get_object()
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
        return StreamingHttpResponse(watch(job_id=job.id), content_type="text/event-stream", headers=headers)


def load(job_id: UUID) -> dict[str, Any]:
    """One look, with the connection given back: a watcher must not hold one for minutes."""
    try:
        return dict(JobOut(Job.objects.get(id=job_id)).data)
    finally:
        close_old_connections()


async def watch(*, job_id: UUID) -> AsyncIterator[str]:
    told = ""
    for _poll in range(WATCH_POLLS_MAX):
        job = await sync_to_async(load)(job_id)
        data = json.dumps(job, ensure_ascii=False)
        yield f"event: job\ndata: {data}\n\n" if data != told else ": still here\n\n"
        told = data
        if job["state"] in FINISHED:
            return
        await asyncio.sleep(POLL_S)


@extend_schema(tags=["audit"])
class AuditRowViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[AuditRow]):
    operations = {"list": "listAuditRows"}
    queryset = AuditRow.objects.none()
    serializer_class = AuditRowOut
    filterset_class = AuditFilter

    def get_queryset(self) -> QuerySet[AuditRow]:
        return selectors.list_audit_rows(scope=scope_of(self.request))
