from datetime import datetime

from django.db import transaction
from django.db.models import F

from rachun.apps.base.jobs import enqueue
from rachun.apps.messaging.models import Delivery
from rachun.apps.messaging.services.send_email import ATTEMPT_EVERY

BATCH = 500


@transaction.atomic(durable=True)
def ring_waiting_deliveries(*, now: datetime) -> int:
    """Give every copy whose next attempt is due a new job; returns how many. Called by the scheduler."""
    waiting = Delivery.objects.filter(state=Delivery.State.QUEUED, next_attempt_at__lte=now).order_by("next_attempt_at")
    due = list(waiting.select_for_update(skip_locked=True)[:BATCH])
    for delivery in due:
        enqueue(
            "messaging.send_email", params={"delivery_id": str(delivery.id)}, legal_entity_id=delivery.legal_entity_id
        )
    moved = Delivery.objects.filter(id__in=[delivery.id for delivery in due])
    moved.update(next_attempt_at=F("next_attempt_at") + ATTEMPT_EVERY)
    return len(due)
