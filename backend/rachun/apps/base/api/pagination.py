"""Pages with a count and a hard cap."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.errors import FieldProblem, Invalid

PAGE_SIZE = 50
PAGE_SIZE_MAX = 200
PAGE_MAX = 1_000_000


class Pages(BasePagination):
    """?page=1&page_size=50. A page past the end is empty; a size above the cap is refused, not cut."""

    display_page_controls = False

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.page = whole_number(request=request, name="page", default=1, highest=PAGE_MAX)
        self.page_size = whole_number(request=request, name="page_size", default=PAGE_SIZE, highest=PAGE_SIZE_MAX)
        start = (self.page - 1) * self.page_size
        self.count = queryset.count()
        return list(queryset[start : start + self.page_size])

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"count": self.count, "page": self.page, "page_size": self.page_size, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["count", "page", "page_size", "results"],
            "properties": {
                "count": {"type": "integer"},
                "page": {"type": "integer"},
                "page_size": {"type": "integer"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            query_parameter(name="page", highest=PAGE_MAX, default=1),
            query_parameter(name="page_size", highest=PAGE_SIZE_MAX, default=PAGE_SIZE),
        ]


def query_parameter(*, name: str, highest: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": highest, "default": default}
    return {"name": name, "in": "query", "required": False, "schema": schema}


def whole_number(*, request: Request, name: str, default: int, highest: int) -> int:
    """Raises Invalid."""
    text = request.query_params.get(name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(highest))
    if not is_number or not 1 <= int(text) <= highest:
        problem = FieldProblem(
            pointer=f"/{name}", code="out_of_range", detail=_("Out of range."), params={"from": 1, "to": highest}
        )
        raise Invalid(errors=[problem])
    return int(text)
