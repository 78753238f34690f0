"""Reads of identity, and of what base keeps for everybody."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from rachun.apps.base.models import AuditRow, Job
from rachun.apps.identity.models import (
    Branch,
    LegalEntity,
    Operator,
    Principal,
    Role,
    RoleAssignment,
    RolePermission,
)
from rachun.apps.identity.permissions import SUBSCRIBER_ROLE
from rachun.apps.identity.scope import Scope


def list_legal_entities(*, scope: Scope) -> QuerySet[LegalEntity]:
    return LegalEntity.objects.filter(scope.legal_entities()).order_by("code", "id")


def list_branches(*, scope: Scope) -> QuerySet[Branch]:
    return Branch.objects.filter(scope.branches()).order_by("code", "id")


def list_operators(*, scope: Scope) -> QuerySet[Operator]:
    """Colleagues with an assignment inside this scope; of their assignments, those inside it."""
    visible = RoleAssignment.objects.filter(scope.on())
    shown = Prefetch("principal__role_assignments", queryset=visible.select_related("role").order_by("id"))
    found = Operator.objects.filter(principal__in=visible.values("principal_id"))
    return found.select_related("principal").prefetch_related(shown).order_by("id")


def list_roles() -> QuerySet[Role]:
    return Role.objects.prefetch_related("permissions").order_by("code")


def list_jobs(*, scope: Scope) -> QuerySet[Job]:
    """Jobs of whole legal entities in scope, and one's own; newest first."""
    own = Q(created_by=scope.principal_id) if scope.principal_id else Q()
    return Job.objects.filter(scope.on_entity_id() | own).order_by("-id")


def list_audit_rows(*, scope: Scope) -> QuerySet[AuditRow]:
    return AuditRow.objects.filter(scope.on_entity_id()).order_by("-id")


def describe_principal(*, principal: Principal) -> dict[str, Any]:
    """Who is signed in and which operations they may call somewhere."""
    assignments = RoleAssignment.objects.filter(principal=principal).select_related("role").order_by("id")
    roles = Q(role__assignments__principal=principal)
    if principal.kind == Principal.Kind.SUBSCRIBER:
        roles = Q(role__code=SUBSCRIBER_ROLE)
    allowed = RolePermission.objects.filter(roles).values_list("operation_id", flat=True).distinct()
    return {
        "id": principal.id,
        "login": principal.login,
        "kind": principal.kind,
        "name": display_name(principal=principal),
        "language": principal.language,
        "assignments": assignments,
        "operations": sorted(allowed),
    }


def display_name(*, principal: Principal) -> str:
    match principal.kind:
        case Principal.Kind.OPERATOR:
            return principal.operator.full_name
        case Principal.Kind.API_CLIENT:
            return principal.api_client.name
        case _:
            return principal.login
