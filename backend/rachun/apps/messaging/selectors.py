from django.db.models import QuerySet

from rachun.apps.identity.scope import Scope
from rachun.apps.messaging.models import Delivery


def list_deliveries(*, scope: Scope) -> QuerySet[Delivery]:
    """Deliveries the scope may see, newest first."""
    return Delivery.objects.filter(scope.on_account_column("account_id")).order_by("-queued_at", "id")
