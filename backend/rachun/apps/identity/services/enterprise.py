"""Legal entities and branches: making and changing them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.api.versions import etag_of
from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import Conflict, NotFound
from rachun.apps.base.transactions import use_case
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.identity.scope import Scope

CheckVersion = Callable[[str], None]


class BranchCodeTaken(Conflict):
    code = "branch_code_taken"
    title = _("The legal entity already has a branch with this code.")


@use_case
def create_branch(*, legal_entity_id: UUID, code: str, name: str, address: str, scope: Scope) -> Branch:
    """Raises NotFound for an entity the scope has not as a whole, BranchCodeTaken."""
    if not LegalEntity.objects.filter(scope.on_entity_id("id"), id=legal_entity_id).exists():
        raise NotFound(legal_entity_id=legal_entity_id)
    branch, is_new = Branch.objects.get_or_create(
        legal_entity_id=legal_entity_id, code=code, defaults={"name": name, "address": address}
    )
    if not is_new:
        raise BranchCodeTaken(branch_code=code)
    record_audit(
        operation="createBranch",
        object_kind="branch",
        object_id=branch.id,
        legal_entity_id=legal_entity_id,
        after={"code": code, "name": name, "address": address},
    )
    return branch


@use_case
def change_branch(*, branch_id: UUID, changes: Mapping[str, Any], check_version: CheckVersion, now: datetime) -> Branch:
    """check_version is given the version of the locked row and raises if it is not the one that was read."""
    branch = Branch.objects.select_for_update().get(id=branch_id)
    check_version(etag_of(id=branch.id, updated_at=branch.updated_at))
    before = apply_changes(row=branch, changes=changes, now=now)
    record_audit(
        operation="updateBranch",
        object_kind="branch",
        object_id=branch.id,
        legal_entity_id=branch.legal_entity_id,
        before=before,
        after=dict(changes),
    )
    return branch


@use_case
def change_legal_entity(
    *, entity_id: UUID, changes: Mapping[str, Any], check_version: CheckVersion, now: datetime
) -> LegalEntity:
    """Like change_branch."""
    entity = LegalEntity.objects.select_for_update().get(id=entity_id)
    check_version(etag_of(id=entity.id, updated_at=entity.updated_at))
    before = apply_changes(row=entity, changes=changes, now=now)
    record_audit(
        operation="updateLegalEntity",
        object_kind="legal_entity",
        object_id=entity.id,
        legal_entity_id=entity.id,
        before=before,
        after=dict(changes),
    )
    return entity


def apply_changes(*, row: Branch | LegalEntity, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Set, save and return what was there before."""
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    row.updated_at = now
    row.save(update_fields=[*changes, "updated_at"])
    return before
