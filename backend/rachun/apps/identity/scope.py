"""What a principal may see, as a value that becomes a WHERE clause and never a list of ids."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.request import Request

from rachun.apps.base.api.operations import operation_id_of
from rachun.apps.identity.models import Principal, RoleAssignment, SubscriberAccess

NOBODY = UUID(int=0)


class Reach(Enum):
    EVERYTHING = "everything"
    ASSIGNED = "assigned"  # operators and API clients: legal entities and branches of their role assignments
    OWN_ACCOUNTS = "own_accounts"  # subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """operation_id narrows to the assignments whose role allows this very operation; None takes all of them."""

    reach: Reach
    principal_id: UUID = NOBODY
    operation_id: str | None = None

    @classmethod
    def everything(cls) -> Scope:
        """For jobs and commands. No request ever gets it."""
        return cls(reach=Reach.EVERYTHING)

    def on(self, prefix: str = "", *, has_branch: bool = True) -> Q:
        """The rows whose account, or whose own legal entity and branch, lies in this scope.

        prefix is the path to the object that carries legal_entity and branch ("account", "bill__account"), or "" for
        the model itself. A subscriber is matched by the id of that object, so the path must lead to the account.
        """
        if self.reach is Reach.EVERYTHING:
            return Q()
        path = f"{prefix}__" if prefix else ""
        if self.reach is Reach.OWN_ACCOUNTS:
            return Q(**{f"{prefix}_id__in" if prefix else "id__in": self.accounts()})
        if not has_branch:
            return Q(**{f"{path}legal_entity__in": self.assignments().values("legal_entity_id")})
        whole = self.assignments().filter(branch__isnull=True).values("legal_entity_id")
        single = self.assignments().filter(branch__isnull=False).values("branch_id")
        return Q(**{f"{path}legal_entity__in": whole}) | Q(**{f"{path}branch__in": single})

    def on_account_column(self, column: str = "account_id") -> Q:
        """For tables below customers that hold a plain account id beside their own legal entity and branch."""
        if self.reach is Reach.OWN_ACCOUNTS:
            return Q(**{f"{column}__in": self.accounts()})
        return self.on()

    def on_entity_id(self, column: str = "legal_entity_id") -> Q:
        """For tables below identity that hold a plain id: rows of a whole legal entity, so only for whole assignments.

        A subscriber sees none of them.
        """
        if self.reach is Reach.EVERYTHING:
            return Q()
        if self.reach is Reach.OWN_ACCOUNTS:
            return Q(pk__in=[])
        return Q(**{f"{column}__in": self.assignments().filter(branch__isnull=True).values("legal_entity_id")})

    def legal_entities(self) -> Q:
        """For LegalEntity itself: every entity in which the principal has any assignment."""
        if self.reach is Reach.EVERYTHING:
            return Q()
        if self.reach is Reach.OWN_ACCOUNTS:
            return Q(pk__in=[])
        return Q(id__in=self.assignments().values("legal_entity_id"))

    def branches(self) -> Q:
        """For Branch itself."""
        if self.reach is Reach.EVERYTHING:
            return Q()
        if self.reach is Reach.OWN_ACCOUNTS:
            return Q(pk__in=[])
        whole = self.assignments().filter(branch__isnull=True).values("legal_entity_id")
        return Q(legal_entity__in=whole) | Q(id__in=self.assignments().values("branch_id"))

    def assignments(self) -> QuerySet[RoleAssignment]:
        found = RoleAssignment.objects.filter(principal_id=self.principal_id)
        if self.operation_id is not None:
            found = found.filter(role__permissions__operation_id=self.operation_id)
        return found

    def accounts(self) -> QuerySet[SubscriberAccess, Any]:
        return SubscriberAccess.objects.filter(principal_id=self.principal_id).values("account_id")


def scope_of(request: Request) -> Scope:
    """The scope of the signed-in principal for the operation being called. Raises if nobody is signed in."""
    principal = request.user
    assert isinstance(principal, Principal), "a scope was asked for before the permission check"
    context = request.parser_context or {}
    operation_id = operation_id_of(view=context.get("view"), method=request.method or "")
    is_subscriber = principal.kind == Principal.Kind.SUBSCRIBER
    return Scope(
        reach=Reach.OWN_ACCOUNTS if is_subscriber else Reach.ASSIGNED,
        principal_id=principal.id,
        operation_id=operation_id,
    )
