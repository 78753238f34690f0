from datetime import datetime

from django.db import transaction

from rachun.apps.messaging.models import Delivery
from rachun.apps.messaging.services.queue_email import ATTEMPT_EVERY, ring

BATCH = 500


@transaction.atomic(durable=True)
def ring_waiting_deliveries(*, now: datetime, can_send: bool = True) -> int:
    """Give every message whose next attempt is due a new job; returns how many. Called by the scheduler.

    Without a mail server nothing is rung, for every ring is a row: all that waits goes once there is one.
    """
    if not can_send:
        return 0
    waiting = Delivery.objects.filter(state=Delivery.State.QUEUED, next_attempt_at__lte=now).order_by("next_attempt_at")
    due = list(waiting.select_for_update(skip_locked=True)[:BATCH])
    for delivery in due:
        ring(delivery=delivery)
    Delivery.objects.filter(id__in=[delivery.id for delivery in due]).update(next_attempt_at=now + ATTEMPT_EVERY)
    return len(due)
