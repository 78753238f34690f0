"""A list of the interface, read by its own address: its view, filters, scope and permission as over the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied

from rachun.apps.base.api.operations import operation_id_of
from rachun.apps.base.api.pagination import PAGE_SIZE_MAX
from rachun.apps.base.errors import FieldProblem, Invalid

PREFIX = "/api/v1/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """operation: the list's public name; filters: those of its address, without its page."""

    operation: str
    path: str
    filters: tuple[tuple[str, str], ...]

    def page(self, *, number: int, size: int, principal: Any) -> dict[str, Any]:
        """One page, as the principal gets it. Raises what the view raises."""
        found = resolve(self.path, urlconf=settings.ROOT_URLCONF)
        request = HttpRequest()
        request.method, request.path, request.path_info = "GET", self.path, self.path
        request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_ACCEPT": "application/json"}
        told = QueryDict(mutable=True)
        for name, value in (*self.filters, ("page", str(number)), ("page_size", str(size))):
            told.appendlist(name, value)
        request.GET = told
        view = view_of(found)
        view.setup(request, *found.args, **found.kwargs)
        view.request = view.initialize_request(request, *found.args, **found.kwargs)
        view.request.user = principal
        view.format_kwarg = None
        if not all(permission.has_permission(view.request, view) for permission in view.get_permissions()):
            raise PermissionDenied
        answer: dict[str, Any] = getattr(view, view.action)(view.request, *found.args, **found.kwargs).data
        return answer

    def rows(self, *, principal: Any) -> Iterator[list[dict[str, Any]]]:
        """Page by page until the end."""
        number = 1
        while True:
            page = self.page(number=number, size=PAGE_SIZE_MAX, principal=principal)["results"]
            if page:
                yield page
            if len(page) < PAGE_SIZE_MAX:
                return
            number += 1


def listing_of(*, address: str) -> Listing:
    """Raises Invalid when the address leads to no list."""
    parts = urlsplit(address)
    try:
        found = resolve(parts.path, urlconf=settings.ROOT_URLCONF) if parts.path.startswith(PREFIX) else None
    except Resolver404:
        found = None
    view = view_of(found) if found is not None and hasattr(found.func, "actions") else None
    operation = operation_id_of(view=view, method="GET") if view is not None and view.action else None
    if parts.scheme or parts.netloc or operation is None or not operation.startswith("list"):
        problem = FieldProblem(
            pointer="/address", code="no_list", detail=_("This is not the address of a list."), params={}
        )
        raise Invalid(errors=[problem])
    filters = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("page", "page_size")]
    return Listing(operation=operation, path=parts.path, filters=tuple(filters))


def view_of(found: Any) -> Any:
    """The view of a resolved address, knowing its action as the router would have told it."""
    view = found.func.cls(**found.func.initkwargs)
    view.action_map = found.func.actions
    view.action = found.func.actions.get("get")
    return view
