from uuid import UUID

from rachun.apps.customers.errors import BranchOfAnotherEntity
from rachun.apps.identity.models import Branch


def refuse_foreign_branch(*, legal_entity_id: UUID, branch_id: UUID) -> None:
    """Raises BranchOfAnotherEntity."""
    if not Branch.objects.filter(id=branch_id, legal_entity_id=legal_entity_id).exists():
        raise BranchOfAnotherEntity(branch_id=branch_id)
