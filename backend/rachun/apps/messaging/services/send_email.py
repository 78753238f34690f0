"""Send one queued delivery over SMTP. The row is locked meanwhile, so two workers never send the same copy at once."""

import smtplib
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict
from rachun.apps.base.files import read_file
from rachun.apps.messaging.locks import lock_delivery
from rachun.apps.messaging.models import Delivery

TIMEOUT_S = 20
ATTEMPTS_MAX = 5
ATTEMPT_EVERY = timedelta(minutes=5)


class DeliveryAlreadySent(Conflict):
    code = "delivery_already_sent"
    title = _("This copy has already been sent.")


class SmtpNotConfigured(OSError):
    """SMTP_URL is not set: nothing can be sent, everything waits."""


def build_message(*, delivery: Delivery) -> EmailMessage:
    """The same delivery always gives the same Message-ID, by which a receiving server can tell a second copy."""
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((delivery.legal_entity.short_name, delivery.legal_entity.email))
    message["To"] = delivery.address
    message["Subject"] = delivery.subject
    message["Message-ID"] = f"<{delivery.id}@rachun>"
    message.set_content(delivery.body)
    content = read_file(digest=delivery.attachment_sha256)
    message.add_attachment(content, maintype="application", subtype="pdf", filename=delivery.attachment_name)
    return message


def transmit(*, message: EmailMessage, smtp_url: str) -> None:
    """Hand the message to the server of `smtp://user:password@host:port` or `smtps://…`.

    Raises SmtpNotConfigured, OSError, smtplib.SMTPException.
    """
    if not smtp_url:
        raise SmtpNotConfigured("SMTP_URL is not set")
    parts = urlsplit(smtp_url)
    connect = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with connect(parts.hostname or "", parts.port or 0, timeout=TIMEOUT_S) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


@transaction.atomic(durable=True)
def send_email(*, delivery_id: UUID, smtp_url: str, sent_at: datetime) -> Delivery:
    """Send the delivery and keep what became of it.

    Raises DeliveryAlreadySent. A refusal by the mail server is a state of the delivery: it stays QUEUED for another
    attempt, or becomes FAILED after the last one or when the server says that it is final. Without a mail server
    configured it waits for ever.
    """
    delivery = lock_delivery(delivery_id)
    if delivery.state == Delivery.State.SENT:
        raise DeliveryAlreadySent(delivery_id=delivery_id)
    message = build_message(delivery=delivery)
    try:
        transmit(message=message, smtp_url=smtp_url)
    except (OSError, smtplib.SMTPException) as error:
        delivery.error = str(error)[:300]
        delivery.attempts += 0 if isinstance(error, SmtpNotConfigured) else 1
        is_over = isinstance(error, smtplib.SMTPRecipientsRefused) or delivery.attempts >= ATTEMPTS_MAX
        delivery.state = Delivery.State.FAILED if is_over else Delivery.State.QUEUED
        delivery.next_attempt_at = sent_at + ATTEMPT_EVERY * max(delivery.attempts, 1)
    else:
        delivery.attempts += 1
        delivery.state, delivery.sent_at, delivery.error = Delivery.State.SENT, sent_at, ""
    delivery.save(update_fields=["attempts", "error", "state", "next_attempt_at", "sent_at"])
    return delivery
