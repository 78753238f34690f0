from dataclasses import asdict, dataclass
from decimal import Decimal
from uuid import UUID

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.customers.models import Premise


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    settlement: str
    street: str = ""
    building: str = ""
    unit: str = ""


def register_premise(
    *, legal_entity_id: UUID, branch_id: UUID, address: Address, postcode: str = "", area_m2: Decimal | None = None
) -> Premise:
    """The premise at this address: found, or taken into the register."""
    assert_in_transaction()
    premise, _is_new = Premise.objects.get_or_create(
        legal_entity_id=legal_entity_id,
        **asdict(address),
        defaults={"branch_id": branch_id, "postcode": postcode, "area_m2": area_m2},
    )
    return premise
