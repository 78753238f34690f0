"""The ways to reach a party. A contact that stays keeps the moment of its consent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import FieldProblem
from rachun.apps.customers.errors import ContactNotValid, NoEmailAddress
from rachun.apps.customers.models import Account, ContactPoint, Party

PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{3,24}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    kind: str
    value: str


def refuse_unusable(*, contacts: Sequence[Contact]) -> None:
    """Raises ContactNotValid with the place of every wrong one."""
    wrong = [
        FieldProblem(
            pointer=f"/contact_points/{place}/value",
            code="contact_not_valid",
            detail=_("This is not an e-mail address or phone number."),
        )
        for place, contact in enumerate(contacts)
        if not is_usable(contact)
    ]
    if wrong:
        raise ContactNotValid(errors=wrong)


def is_usable(contact: Contact) -> bool:
    if contact.kind == ContactPoint.Kind.EMAIL:
        try:
            validate_email(contact.value)
        except ValidationError:
            return False
        return True
    return contact.kind != ContactPoint.Kind.PHONE or PHONE.fullmatch(contact.value) is not None


def set_contacts(*, party: Party, contacts: Sequence[Contact], at: datetime) -> None:
    """Make these the contacts of the party, each once. Raises ContactNotValid, NoEmailAddress."""
    refuse_unusable(contacts=contacts)
    wanted = {(contact.kind, contact.value): contact for contact in contacts}
    known = {(contact.kind, contact.value): contact for contact in party.contact_points.all()}
    if not any(contact.kind == ContactPoint.Kind.EMAIL for contact in contacts):
        refuse_if_billed_by_email(party=party)
    party.contact_points.filter(id__in=[known[key].id for key in known.keys() - wanted.keys()]).delete()
    ContactPoint.objects.bulk_create(
        ContactPoint(party=party, kind=contact.kind, value=contact.value, consented_at=at)
        for key, contact in wanted.items()
        if key not in known
    )


def refuse_if_billed_by_email(*, party: Party) -> None:
    by_email = party.accounts.filter(delivery=Account.Delivery.EMAIL, closed_date__isnull=True)
    if by_email.exists():
        raise NoEmailAddress(party_id=party.id)


def refuse_without_email(*, party: Party, delivery: str) -> None:
    """Raises NoEmailAddress when bills are to go by e-mail and nobody knows where."""
    if delivery != Account.Delivery.EMAIL:
        return
    if not party.contact_points.filter(kind=ContactPoint.Kind.EMAIL).exists():
        raise NoEmailAddress(party_id=party.id)
