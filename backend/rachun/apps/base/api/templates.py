"""Templates of the tables that people fill in: the columns, with an example row that explains each."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from rachun.apps.base.errors import FieldProblem, Invalid
from rachun.formats.templates import template_csv, template_xlsx

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
template_schema = extend_schema(
    parameters=[OpenApiParameter("kind", enum=sorted(MEDIA_TYPES), default=XLSX)],
    responses={
        (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description="The template.")
        for media_type in MEDIA_TYPES.values()
    },
)


def template_response(*, request: Request, name: str) -> HttpResponse:
    """The template of one of the table formats, as ?kind=csv or xlsx. Raises Invalid."""
    kind = request.query_params.get("kind", XLSX)
    if kind not in MEDIA_TYPES:
        raise Invalid(errors=[FieldProblem(pointer="/kind", code="unknown_choice", detail=_("csv or xlsx."))])
    content: Any = template_csv(format=name) if kind == CSV else template_xlsx(format=name)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(content, content_type=MEDIA_TYPES[kind], headers=headers)
