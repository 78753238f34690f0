"""Reads of identity, and of what base keeps for everybody."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from rachun.apps.base.errors import NotFound
from rachun.apps.base.models import AuditRow, Job
from rachun.apps.identity.models import (
    Branch,
    LegalEntity,
    Operator,
    Principal,
    Role,
    RoleAssignment,
    RolePermission,
    SubscriberLogin,
)
from rachun.apps.identity.permissions import SUBSCRIBER_ROLE
from rachun.apps.identity.scope import Scope


def list_legal_entities(*, scope: Scope) -> QuerySet[LegalEntity]:
    return LegalEntity.objects.filter(scope.legal_entities()).order_by("code", "id")


def list_branches(*, scope: Scope) -> QuerySet[Branch]:
    return Branch.objects.filter(scope.branches()).order_by("code", "id")


def get_legal_entity(*, scope: Scope, legal_entity_id: UUID) -> LegalEntity:
    """Raises NotFound, also for an entity outside the scope."""
    entity = list_legal_entities(scope=scope).filter(id=legal_entity_id).first()
    if entity is None:
        raise NotFound(legal_entity_id=legal_entity_id)
    return entity


def get_whole_legal_entity(*, scope: Scope, legal_entity_id: UUID) -> LegalEntity:
    """For what all branches share, as tariffs. Raises NotFound, also when the scope holds only some branches."""
    entity = LegalEntity.objects.filter(scope.on_entity_id("id"), id=legal_entity_id).first()
    if entity is None:
        raise NotFound(legal_entity_id=legal_entity_id)
    return entity


def find_subscriber_login(*, account_id: UUID) -> SubscriberLogin | None:
    """The login that opens this account; its unique_id is what a bill prints."""
    logins = SubscriberLogin.objects.filter(principal__account_access__account_id=account_id)
    return logins.select_related("principal").order_by("id").first()


def get_branch(*, scope: Scope, branch_id: UUID) -> Branch:
    """Raises NotFound, also for a branch outside the scope."""
    branch = list_branches(scope=scope).filter(id=branch_id).first()
    if branch is None:
        raise NotFound(branch_id=branch_id)
    return branch


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
    visible = scope.on_entity_id()
    if visible:  # an empty Q is everything, and everything or something is not everything to Django
        visible |= Q(created_by=scope.principal_id)
    return Job.objects.filter(visible).order_by("-id")


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
