from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.customers.models import ContactPoint, Party
from rachun.values.sorting import sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    kind: str
    name: str
    language: str
    tax_id: str = ""
    vat_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    kind: str
    value: str


def register_party(
    *, legal_entity_id: UUID, branch_id: UUID, facts: PartyFacts, contacts: Sequence[Contact], registered_at: datetime
) -> Party:
    """Take a person or legal entity into the register, with the ways to reach it."""
    assert_in_transaction()
    party = Party.objects.create(
        legal_entity_id=legal_entity_id,
        branch_id=branch_id,
        kind=facts.kind,
        name=facts.name,
        sort_key=sort_key(text=facts.name),
        tax_id=facts.tax_id,
        vat_id=facts.vat_id,
        language=facts.language,
        updated_at=registered_at,
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(party=party, kind=contact.kind, value=contact.value, consented_at=registered_at)
        for contact in contacts
    )
    record_audit(
        operation="createParty",
        object_kind="party",
        object_id=party.id,
        legal_entity_id=legal_entity_id,
        after={"kind": facts.kind, "name": facts.name, "language": facts.language},
    )
    return party


def change_party(*, party: Party, facts: PartyFacts, changed_at: datetime) -> Party:
    """Correct what is known of a party. The caller has locked the row and compared its version."""
    assert_in_transaction()
    before = {"kind": party.kind, "name": party.name, "language": party.language, "tax_id": party.tax_id}
    party.kind, party.name, party.language = facts.kind, facts.name, facts.language
    party.tax_id, party.vat_id, party.sort_key = facts.tax_id, facts.vat_id, sort_key(text=facts.name)
    party.updated_at = changed_at
    party.save()
    record_audit(
        operation="updateParty",
        object_kind="party",
        object_id=party.id,
        legal_entity_id=party.legal_entity_id,
        before=before,
        after={"kind": party.kind, "name": party.name, "language": party.language, "tax_id": party.tax_id},
    )
    return party
