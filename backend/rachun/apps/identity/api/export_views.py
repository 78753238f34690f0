"""Lists as files: a job writes them, the one who asked fetches them."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.listing import listing_of
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.serializers import In, JobOut, several
from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import NotFound, Refused
from rachun.apps.base.files import read_file
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.identity.services.export_list import CSV, MEDIA_TYPES, ROWS_MAX, XLSX
from rachun.apps.identity.tasks import EXPORT

NAME = r"[a-z][a-z0-9_]{0,63}"
FIELD = rf"^{NAME}(\.{NAME})?$"
WORDS_MAX = 500


class ExportTooLong(Refused):
    code = "export_too_long"
    title = _("The list is too long for one file. Filter it further.")


class ExportColumnIn(In):
    field = serializers.RegexField(FIELD, help_text="Of a row, or of its parts: terms.valid_from.")
    title = serializers.CharField(max_length=100, help_text="What stands above the column.")
    words = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        default=dict,
        help_text="What is written for a code, as the list shows it. A code without a word stands as it is.",
    )

    def validate_words(self, words: dict[str, str]) -> dict[str, str]:
        if len(words) > WORDS_MAX:
            raise serializers.ValidationError(_("Too many words for one column."), code="max_length")
        return words


class ExportIn(In):
    address = serializers.RegexField(
        r"^/api/v1/[A-Za-z0-9/_-]{1,200}(\?.{0,2000})?$", help_text="Of a list, with the filters it was looked at with."
    )
    format = serializers.ChoiceField(choices=[CSV, XLSX])
    name = serializers.RegexField(r"^[A-Za-z0-9_-]{1,60}$", help_text="Of the file, without its ending.")
    columns = several(ExportColumnIn, most=60, default=list, help_text="Empty: every field.")


@extend_schema(tags=["jobs"])
class ExportView(APIView):
    operations = {"post": "downloadList"}
    costly_actions = ("post",)

    @extend_schema(request=ExportIn, responses={202: JobOut, **problems(ExportTooLong)})
    @idempotent
    def post(self, request: Request) -> Response:
        """Starts a job that writes all rows of the list as the caller sees them; fetch them with downloadListFile."""
        told = checked(ExportIn, request)
        listing = listing_of(address=told["address"])
        count = listing.page(number=1, size=1, principal=request.user)["count"]  # refuses what the list refuses
        if count > ROWS_MAX:
            raise ExportTooLong(rows=count, most=ROWS_MAX)
        job = enqueue(EXPORT, params=params_of(told), created_by=request.user.pk, total=count)
        record_audit(
            operation="downloadList",
            object_kind="job",
            object_id=job.id,
            after={"list": listing.operation, "address": told["address"], "format": told["format"], "rows": count},
        )
        return Response(JobOut(job).data, status=202)


def params_of(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "address": told["address"],
        "format": told["format"],
        "name": told["name"],
        "columns": [dict(column) for column in told["columns"]],
        "language": translation.get_language(),
    }


@extend_schema(tags=["jobs"])
class ExportFileView(APIView):
    operations = {"get": "downloadListFile"}

    @extend_schema(
        responses={
            (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")
            for media_type in (MEDIA_TYPES[CSV].partition(";")[0], MEDIA_TYPES[XLSX])
        }
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        """Only for who asked for it: others may see fewer rows."""
        job = Job.objects.filter(id=id, kind=EXPORT, state=Job.State.DONE, created_by=request.user.pk).first()
        if job is None:
            raise NotFound
        headers = {
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=job.result["name"]) or "",
            "Cache-Control": "private, no-store",
        }
        content = read_file(digest=job.result["sha256"])
        return HttpResponse(content, content_type=MEDIA_TYPES[job.result["format"]], headers=headers)
