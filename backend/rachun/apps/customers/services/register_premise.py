from dataclasses import asdict, dataclass
from decimal import Decimal
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.customers.errors import PremiseOfAnotherBranch
from rachun.apps.customers.models import Premise
from rachun.apps.customers.services.branches import refuse_foreign_branch
from rachun.values.folding import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    settlement: str
    street: str = ""
    building: str = ""
    unit: str = ""


def register_premise(
    *, legal_entity_id: UUID, branch_id: UUID, address: Address, postcode: str = "", area_m2: Decimal | None = None
) -> Premise:
    """The premise at this address: found as it is, or taken into the register.

    Raises BranchOfAnotherEntity, PremiseOfAnotherBranch.
    """
    assert_in_transaction()
    refuse_foreign_branch(legal_entity_id=legal_entity_id, branch_id=branch_id)
    premise, is_new = Premise.objects.get_or_create(
        legal_entity_id=legal_entity_id,
        **asdict(address),
        defaults={
            "branch_id": branch_id,
            "postcode": postcode,
            "area_m2": area_m2,
            "search_key": folded(text=" ".join(asdict(address).values())),
        },
    )
    if premise.branch_id != branch_id:
        raise PremiseOfAnotherBranch(address=str(premise))
    if is_new:
        record_audit(
            operation="createPremise",
            object_kind="premise",
            object_id=premise.id,
            legal_entity_id=legal_entity_id,
            after={**asdict(address), "postcode": postcode, "area_m2": area_m2},
        )
    return premise
