"""Which operation a principal may call: rows of role × operation, nothing else. Deny by default."""

from fnmatch import fnmatchcase
from typing import Any

from django.db.models import CharField, UUIDField
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from rachun.apps.base.api.operations import handler_of, operation_id_of
from rachun.apps.base.questions import ModelQuestion, Told
from rachun.apps.identity.models import Principal, RolePermission

SUBSCRIBER_ROLE = "subscriber"


class MayCall(BasePermission):
    """The default of every view. open_to_signed_in names the few operations every principal has, such as getMe."""

    def has_permission(self, request: Request, view: Any) -> bool:
        principal = request.user
        if not isinstance(principal, Principal):
            return False
        if handler_of(view=view, method=request.method or "") is None:
            return True  # no such method here: let DRF say 405
        operation_id = operation_id_of(view=view, method=request.method or "")
        if operation_id is None:
            return False
        return operation_id in getattr(view, "open_to_signed_in", ()) or may_call(
            principal=principal, operation_id=operation_id
        )


_GIVEN = RolePermission.objects.filter(operation_id=Told("operation", CharField()))
_TO_SUBSCRIBERS = ModelQuestion(RolePermission.objects, lambda: _GIVEN.filter(role__code=SUBSCRIBER_ROLE)[:1])
_TO_PRINCIPAL = ModelQuestion(
    RolePermission.objects, lambda: _GIVEN.filter(role__assignments__principal_id=Told("principal", UUIDField()))[:1]
)


def may_call(*, principal: Principal, operation_id: str) -> bool:
    """Asked for every request. Note [Written down once]"""
    if principal.kind == Principal.Kind.SUBSCRIBER:
        return _TO_SUBSCRIBERS.find(operation=operation_id) is not None
    if _TO_PRINCIPAL.find(operation=operation_id, principal=principal.id) is None:
        return False
    if principal.kind == Principal.Kind.API_CLIENT:
        return any(fnmatchcase(operation_id, scope) for scope in principal.api_client.scopes)
    return True
