import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from rachun.apps.base.jobs import enqueue
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.messaging.errors import AddressNotValid
from rachun.apps.messaging.models import Delivery

ATTEMPT_EVERY = timedelta(minutes=5)
CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a message says. A secret one holds a code: its body is wiped once it is sent, given up or expired."""

    subject: str
    body: str
    is_secret: bool = False
    expires_at: datetime | None = None


def queue_email(  # house: argument-count -- each is a column of the row
    *,
    legal_entity_id: UUID,
    branch_id: UUID,
    account_id: UUID,
    document_id: UUID,
    address: str,
    subject: str,
    body: str,
    attachment_name: str,
    attachment_sha256: str,
    queued_at: datetime,
) -> Delivery:
    """Put one copy of a document on its way; the same document to the same address is queued once.

    Raises AddressNotValid.
    """
    assert_in_transaction()
    delivery, is_new = Delivery.objects.get_or_create(
        document_id=document_id,
        channel=Delivery.Channel.EMAIL,
        address=checked_address(address),
        defaults={
            "legal_entity_id": legal_entity_id,
            "branch_id": branch_id,
            "account_id": account_id,
            "subject": one_line(subject),
            "body": body,
            "attachment_name": attachment_name,
            "attachment_sha256": attachment_sha256,
            "queued_at": queued_at,
            "next_attempt_at": queued_at + ATTEMPT_EVERY,
        },
    )
    if is_new:
        ring(delivery=delivery)
    return delivery


def queue_plain_email(
    *, legal_entity_id: UUID, branch_id: UUID, account_id: UUID, address: str, words: Words, queued_at: datetime
) -> Delivery:
    """Put a message without a document on its way; each call is a message of its own. Raises AddressNotValid."""
    assert_in_transaction()
    delivery = Delivery.objects.create(
        legal_entity_id=legal_entity_id,
        branch_id=branch_id,
        account_id=account_id,
        channel=Delivery.Channel.EMAIL,
        address=checked_address(address),
        subject=one_line(words.subject),
        body=words.body,
        is_secret=words.is_secret,
        expires_at=words.expires_at,
        queued_at=queued_at,
        next_attempt_at=queued_at + ATTEMPT_EVERY,
    )
    ring(delivery=delivery)
    return delivery


def ring(*, delivery: Delivery) -> None:
    params = {"delivery_id": str(delivery.id)}
    enqueue("messaging.send_email", params=params, legal_entity_id=delivery.legal_entity_id)


def checked_address(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        raise AddressNotValid from None
    return address


def one_line(text: str) -> str:
    """A header holds one line: a name with a line break must not add headers of its own."""
    return CONTROLS.sub(" ", text)[:200]
