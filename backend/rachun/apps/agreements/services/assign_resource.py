import re
from datetime import date, datetime

from django.db import IntegrityError, transaction

from rachun.apps.agreements.errors import EndBeforeStart, IdentifierNotValid, NotServedThen, ResourceInUse
from rachun.apps.agreements.models import ResourceAssignment, ServiceAgreement
from rachun.apps.agreements.services.change_agreement import audit_change
from rachun.apps.agreements.services.served_days import get_span
from rachun.apps.base.violations import is_overlap
from rachun.apps.resources.models import Resource

FORMS = {
    Resource.Kind.PHONE_NUMBER: re.compile(r"[0-9]{5,15}"),
    Resource.Kind.LOGIN: re.compile(r"[^\s\x00-\x1f]{1,64}"),
}


def assign_resource(
    *,
    agreement: ServiceAgreement,
    kind: str,
    identifier: str,
    valid_from: date,
    valid_to: date | None,
    assigned_at: datetime,
) -> ResourceAssignment:
    """Let a number or login serve the agreement, without an end for as long as the agreement is served.

    Raises IdentifierNotValid, EndBeforeStart, NotServedThen, ResourceInUse.
    """
    if valid_to is not None and valid_to <= valid_from:
        raise EndBeforeStart(valid_from=valid_from, valid_to=valid_to)
    until = get_span(agreement=agreement, on=valid_from).end
    if until is not None and valid_to is not None and valid_to > until:
        raise NotServedThen(agreement=agreement.number, day=until)
    plain = plain_identifier(kind=kind, identifier=identifier)
    resource, _is_new = Resource.objects.get_or_create(
        legal_entity_id=agreement.legal_entity_id,
        kind=kind,
        identifier=plain,
        defaults={"branch_id": agreement.account.branch_id},
    )
    try:
        with transaction.atomic():
            assignment = ResourceAssignment.objects.create(
                agreement=agreement,
                resource=resource,
                valid_from=valid_from,
                valid_to=valid_to or until,
                recorded_at=assigned_at,
            )
    except IntegrityError as error:
        if is_overlap(error):
            raise ResourceInUse(identifier=plain) from error
        raise
    audit_change(agreement=agreement, operation="assignResource", after={"resource": plain, "from": valid_from})
    return assignment


def plain_identifier(*, kind: str, identifier: str) -> str:
    """A phone number as its digits alone, a login as typed. Raises IdentifierNotValid."""
    plain = re.sub(r"^\+|[ ()/-]", "", identifier) if kind == Resource.Kind.PHONE_NUMBER else identifier
    if not FORMS[Resource.Kind(kind)].fullmatch(plain):
        raise IdentifierNotValid(identifier=identifier)
    return plain
