from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from rachun.apps.base.jobs import JobContext, job_handler
from rachun.apps.messaging.errors import DeliveryFinished
from rachun.apps.messaging.services.send_email import send_email


@job_handler("messaging.send_email")
def send_queued_email(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: a message that was sent is refused by the service, and here that means "already done".

    One that the mail server did not take stays QUEUED; the scheduler rings for it again.
    """
    try:
        delivery = send_email(
            delivery_id=UUID(context.params["delivery_id"]),
            smtp_url=settings.SMTP_URL,
            sent_at=timezone.now(),
        )
    except DeliveryFinished as finished:
        return {"state": finished.params["state"]}
    return {"state": delivery.state, "error": delivery.error}
