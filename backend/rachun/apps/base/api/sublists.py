"""Filters of a list that hangs below an object, where the view's own filter set belongs to the object."""

from typing import Any

import django_filters as filters
from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


def filter_parameters(filterset: type[filters.FilterSet]) -> list[OpenApiParameter]:
    """What the contract says of the filters; text and choices are all that such lists need so far."""
    return [
        OpenApiParameter(name, str, enum=[value for value, _label in one.extra.get("choices", ())] or None)
        for name, one in filterset.base_filters.items()  # type: ignore[attr-defined]  # made by its metaclass
    ]


def filtered(*, rows: QuerySet[Any], filterset: type[filters.FilterSet], request: Request) -> QuerySet[Any, Any]:
    """The rows that the query asks for. Raises ValidationError."""
    asked = filterset(request.query_params, queryset=rows)
    if not asked.is_valid():  # type: ignore[no-untyped-call]
        raise ValidationError(asked.errors)
    found: QuerySet[Model] = asked.qs
    return found
