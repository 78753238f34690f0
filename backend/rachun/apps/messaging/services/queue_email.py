from datetime import datetime
from uuid import UUID

from rachun.apps.base.jobs import enqueue
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.messaging.models import Delivery
from rachun.apps.messaging.services.send_email import ATTEMPT_EVERY


def queue_email(
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
    """Put one copy of a document on its way; the same document to the same address is queued once."""
    assert_in_transaction()
    delivery, is_new = Delivery.objects.get_or_create(
        document_id=document_id,
        channel=Delivery.Channel.EMAIL,
        address=address,
        defaults={
            "legal_entity_id": legal_entity_id,
            "branch_id": branch_id,
            "account_id": account_id,
            "subject": subject,
            "body": body,
            "attachment_name": attachment_name,
            "attachment_sha256": attachment_sha256,
            "queued_at": queued_at,
            "next_attempt_at": queued_at + ATTEMPT_EVERY,
        },
    )
    if is_new:
        enqueue("messaging.send_email", params={"delivery_id": str(delivery.id)}, legal_entity_id=legal_entity_id)
    return delivery
