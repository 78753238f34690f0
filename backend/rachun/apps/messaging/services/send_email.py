"""Send one queued delivery over SMTP. The row is locked meanwhile, so two workers never send the same copy at once."""

import smtplib
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from django.db import transaction

from rachun.apps.base.files import FileMissing, read_file
from rachun.apps.messaging.errors import DeliveryFinished
from rachun.apps.messaging.locks import lock_delivery
from rachun.apps.messaging.models import Delivery
from rachun.apps.messaging.services.queue_email import ATTEMPT_EVERY, one_line
from rachun.apps.messaging.services.transmit import SmtpNotConfigured, described, is_final, transmit

GIVE_UP_AFTER = timedelta(days=4)  # RFC 5321, 4.5.4.1
WAIT_MAX = timedelta(hours=6)
DOUBLINGS_MAX = 10


@transaction.atomic(durable=True)
def send_email(*, delivery_id: UUID, smtp_url: str, sent_at: datetime) -> Delivery:
    """Send the delivery and keep what became of it.

    Raises DeliveryFinished. A refusal by the mail server is a state of the delivery: it stays QUEUED for another
    attempt, or becomes FAILED when the server says that it is final, after four days, or when it has expired. Without
    a mail server configured it waits for ever.
    """
    delivery = lock_delivery(delivery_id)
    if delivery.state != Delivery.State.QUEUED:
        raise DeliveryFinished(delivery_id=delivery_id, state=delivery.state)
    if delivery.expires_at is not None and delivery.expires_at <= sent_at:
        return keep(delivery, state=Delivery.State.FAILED, error="expired before it could be sent")
    try:
        transmit(message=build_message(delivery=delivery), smtp_url=smtp_url)
    except SmtpNotConfigured as error:
        delivery.next_attempt_at = sent_at + ATTEMPT_EVERY
        return keep(delivery, state=Delivery.State.QUEUED, error=str(error))
    except FileMissing:
        return keep(delivery, state=Delivery.State.FAILED, error="the attachment is lost or was altered")
    except (OSError, smtplib.SMTPException) as error:
        return keep_refused(delivery, error=error, at=sent_at)
    delivery.attempts += 1
    delivery.sent_at = sent_at
    return keep(delivery, state=Delivery.State.SENT, error="")


def build_message(*, delivery: Delivery) -> EmailMessage:
    """The same delivery always gives the same Message-ID, by which a receiving server can tell a second copy.

    Raises FileMissing, SmtpNotConfigured.
    """
    sender = delivery.legal_entity
    if not sender.email:
        raise SmtpNotConfigured("the legal entity has no e-mail address to send from")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=one_line(sender.short_name), addr_spec=sender.email)
    message["To"] = Address(addr_spec=delivery.address)
    message["Subject"] = delivery.subject
    message["Message-ID"] = f"<{delivery.id}@{sender.email.rpartition('@')[2]}>"
    message.set_content(delivery.body)
    if delivery.attachment_sha256:
        content = read_file(digest=delivery.attachment_sha256)
        message.add_attachment(content, maintype="application", subtype="pdf", filename=delivery.attachment_name)
    return message


def keep_refused(delivery: Delivery, *, error: Exception, at: datetime) -> Delivery:
    """Wait twice as long after every attempt that failed, and not for ever."""
    delivery.attempts += 1
    wait = min(ATTEMPT_EVERY * 2 ** min(delivery.attempts - 1, DOUBLINGS_MAX), WAIT_MAX)
    delivery.next_attempt_at = at + wait
    is_over = is_final(error) or at - delivery.queued_at >= GIVE_UP_AFTER
    return keep(delivery, state=Delivery.State.FAILED if is_over else Delivery.State.QUEUED, error=described(error))


def keep(delivery: Delivery, *, state: Delivery.State, error: str) -> Delivery:
    """Write what became of it; the words of a secret message end with their errand."""
    delivery.state, delivery.error = state, error[:300]
    if delivery.is_secret and state != Delivery.State.QUEUED:
        delivery.body = ""
    delivery.save(update_fields=["attempts", "error", "state", "next_attempt_at", "sent_at", "body"])
    return delivery
