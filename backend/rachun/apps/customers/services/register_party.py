from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.customers.models import Party
from rachun.apps.customers.services.branches import refuse_foreign_branch
from rachun.apps.customers.services.contacts import Contact, set_contacts
from rachun.values.folding import folded
from rachun.values.sorting import sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    kind: str
    name: str
    language: str
    tax_id: str = ""
    vat_id: str = ""
    is_estate: bool = False


def register_party(
    *, legal_entity_id: UUID, branch_id: UUID, facts: PartyFacts, contacts: Sequence[Contact], registered_at: datetime
) -> Party:
    """Take a person or legal entity into the register, with the ways to reach it.

    Raises BranchOfAnotherEntity, ContactNotValid.
    """
    assert_in_transaction()
    refuse_foreign_branch(legal_entity_id=legal_entity_id, branch_id=branch_id)
    party = Party.objects.create(
        legal_entity_id=legal_entity_id,
        branch_id=branch_id,
        sort_key=sort_key(text=facts.name),
        search_key=folded(text=facts.name),
        updated_at=registered_at,
        **asdict(facts),
    )
    set_contacts(party=party, contacts=contacts, at=registered_at)
    record_audit(
        operation="createParty",
        object_kind="party",
        object_id=party.id,
        legal_entity_id=legal_entity_id,
        after=described(party=party),
    )
    return party


def change_party(
    *, party: Party, facts: PartyFacts, changed_at: datetime, contacts: Sequence[Contact] | None = None
) -> Party:
    """Correct what is known of a party; None leaves its contacts as they are.

    The caller has locked the row and compared its version. Raises ContactNotValid, NoEmailAddress.
    """
    assert_in_transaction()
    before = described(party=party)
    for name, value in asdict(facts).items():
        setattr(party, name, value)
    party.sort_key, party.search_key = sort_key(text=facts.name), folded(text=facts.name)
    party.updated_at = changed_at
    party.save()
    if contacts is not None:
        set_contacts(party=party, contacts=contacts, at=changed_at)
    record_audit(
        operation="updateParty",
        object_kind="party",
        object_id=party.id,
        legal_entity_id=party.legal_entity_id,
        before=before,
        after=described(party=party),
    )
    return party


def facts_of(*, party: Party) -> PartyFacts:
    return PartyFacts(
        kind=party.kind,
        name=party.name,
        language=party.language,
        tax_id=party.tax_id,
        vat_id=party.vat_id,
        is_estate=party.is_estate,
    )


def described(*, party: Party) -> dict[str, Any]:
    contacts = [f"{contact.kind} {contact.value}" for contact in party.contact_points.order_by("kind", "value")]
    return {**asdict(facts_of(party=party)), "contact_points": contacts}
