from rachun.apps.messaging.services.queue_email import Words, queue_email, queue_plain_email
from rachun.apps.messaging.services.ring_waiting_deliveries import ring_waiting_deliveries
from rachun.apps.messaging.services.send_email import send_email

__all__ = ["Words", "queue_email", "queue_plain_email", "ring_waiting_deliveries", "send_email"]
