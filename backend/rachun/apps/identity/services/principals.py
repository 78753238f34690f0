"""Making principals and changing their secrets."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import Conflict, FieldProblem, Forbidden, Invalid, Refused
from rachun.apps.base.transactions import assert_in_transaction, use_case
from rachun.apps.identity.models import (
    ApiClient,
    Branch,
    LegalEntity,
    Operator,
    Principal,
    Role,
    RoleAssignment,
    RolePermission,
    SubscriberAccess,
    SubscriberLogin,
)
from rachun.apps.identity.scope import Scope
from rachun.apps.identity.services.sessions import revoke_all
from rachun.apps.identity.services.sign_in import WrongCredentials, hash_secret


class LoginTaken(Conflict):
    code = "login_taken"
    title = _("This login is already used.")


class RoleBeyondOwn(Forbidden):
    code = "role_beyond_own"
    title = _("You cannot give a role that may do more than you, or in a place that is not yours.")


class AssignmentInvalid(Refused):
    code = "assignment_invalid"
    title = _("The branch does not belong to the legal entity, or there is no such role.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    role: str
    legal_entity_id: UUID
    branch_id: UUID | None = None


def check_password_strength(*, password: str, pointer: str) -> None:
    """Raises Invalid with one entry per broken rule."""
    try:
        validate_password(password)
    except ValidationError as error:
        found = [
            FieldProblem(pointer=pointer, code=inner.code or "invalid", detail=" ".join(inner.messages))
            for inner in error.error_list
        ]
        raise Invalid(errors=found) from None


def add_principal(*, login: str, kind: Principal.Kind, password: str | None, language: str) -> Principal:
    """Raises LoginTaken."""
    assert_in_transaction()
    principal = Principal(login=login, kind=kind, language=language)
    if password is None:
        principal.set_unusable_password()
    else:
        principal.set_password(password)
    if Principal.objects.filter(login=login).exists():
        raise LoginTaken
    principal.save(force_insert=True)
    return principal


def add_operator(
    *, login: str, password: str, full_name: str, language: str, assignments: Sequence[Assignment], email: str = ""
) -> Operator:
    """The building block: the demo and the first administrator come in here. Raises LoginTaken, AssignmentInvalid."""
    principal = add_principal(login=login, kind=Principal.Kind.OPERATOR, password=password, language=language)
    operator = Operator.objects.create(principal=principal, full_name=full_name, email=email)
    for assignment in assignments:
        assign_role(principal=principal, assignment=assignment)
    record_audit(
        operation="createOperator",
        object_kind="operator",
        object_id=operator.id,
        legal_entity_id=assignments[0].legal_entity_id if assignments else None,
        after={"login": login, "roles": [assignment.role for assignment in assignments]},
    )
    return operator


def assign_role(*, principal: Principal, assignment: Assignment) -> RoleAssignment:
    """Safe to repeat. Raises AssignmentInvalid."""
    role = Role.objects.filter(code=assignment.role).first()
    entity = LegalEntity.objects.filter(id=assignment.legal_entity_id).first()
    branch = None
    if assignment.branch_id is not None:
        branch = Branch.objects.filter(id=assignment.branch_id, legal_entity_id=assignment.legal_entity_id).first()
    if role is None or entity is None or (assignment.branch_id is not None and branch is None):
        raise AssignmentInvalid(role=assignment.role)
    found, _created = RoleAssignment.objects.get_or_create(
        principal=principal, role=role, legal_entity=entity, branch=branch
    )
    return found


@use_case
def create_operator(  # house: argument-count -- each is a property of the request
    *,
    login: str,
    password: str,
    full_name: str,
    email: str,
    language: str,
    assignments: Sequence[Assignment],
    scope: Scope,
) -> Operator:
    """What an operator may do for a colleague. Raises RoleBeyondOwn, LoginTaken, AssignmentInvalid, Invalid."""
    check_password_strength(password=password, pointer="/password")
    for assignment in assignments:
        refuse_beyond_own(assignment=assignment, scope=scope)
    return add_operator(
        login=login,
        password=password,
        full_name=full_name,
        email=email,
        language=language,
        assignments=assignments,
    )


def refuse_beyond_own(*, assignment: Assignment, scope: Scope) -> None:
    """Nobody gives more than they have there: every operation of the role is held already. Raises RoleBeyondOwn."""
    place = Q(branch__isnull=True)
    if assignment.branch_id is not None:
        place |= Q(branch_id=assignment.branch_id)
    mine = RoleAssignment.objects.filter(
        place, principal_id=scope.principal_id, legal_entity_id=assignment.legal_entity_id
    )
    wanted = set(RolePermission.objects.filter(role__code=assignment.role).values_list("operation_id", flat=True))
    held = set(RolePermission.objects.filter(role__assignments__in=mine).values_list("operation_id", flat=True))
    if not held or not wanted <= held:
        raise RoleBeyondOwn(role=assignment.role)


def add_api_client(
    *, client_id: str, name: str, scopes: Sequence[str], assignments: Sequence[Assignment]
) -> tuple[ApiClient, str]:
    """The client and its secret, which is shown this once. scopes are operation ids or globs. Raises LoginTaken."""
    principal = add_principal(login=client_id, kind=Principal.Kind.API_CLIENT, password=None, language="en")
    secret = secrets.token_urlsafe(32)
    client = ApiClient.objects.create(principal=principal, name=name, key_hash=hash_secret(secret), scopes=list(scopes))
    for assignment in assignments:
        assign_role(principal=principal, assignment=assignment)
    record_audit(
        operation="createApiClient",
        object_kind="api_client",
        object_id=client.id,
        after={"client_id": client_id, "scopes": list(scopes)},
    )
    return client, secret


def add_subscriber(*, unique_id: str, language: str) -> SubscriberLogin:
    """A login without a password; the activation code opens it. Raises LoginTaken."""
    principal = add_principal(login=unique_id, kind=Principal.Kind.SUBSCRIBER, password=None, language=language)
    return SubscriberLogin.objects.create(principal=principal, unique_id=unique_id)


def grant_account(*, principal: Principal, account_id: UUID) -> SubscriberAccess:
    """Safe to repeat."""
    assert_in_transaction()
    found, _created = SubscriberAccess.objects.get_or_create(principal=principal, account_id=account_id)
    return found


def change_password(*, principal: Principal, current: str, new: str, now: datetime) -> None:
    """Every session ends, this one too. Raises WrongCredentials, Invalid."""
    if not check_password(current, principal.password):
        raise WrongCredentials
    check_password_strength(password=new, pointer="/new_password")
    with transaction.atomic():
        set_password(principal=principal, password=new, now=now)


def set_password(*, principal: Principal, password: str, now: datetime) -> None:
    assert_in_transaction()
    principal.set_password(password)
    principal.save(update_fields=["password"])
    revoke_all(principal_id=principal.id, why="password_changed", now=now)
    record_audit(operation="changePassword", object_kind="principal", object_id=principal.id)
