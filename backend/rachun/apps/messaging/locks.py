from uuid import UUID

from rachun.apps.messaging.models import Delivery


def lock_delivery(delivery_id: UUID) -> Delivery:
    return Delivery.objects.select_for_update(of=("self",)).select_related("legal_entity").get(id=delivery_id)
