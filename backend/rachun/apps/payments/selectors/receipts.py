"""Receipts as readers see them."""

from django.db.models import QuerySet

from rachun.apps.identity.scope import Scope
from rachun.apps.payments.models import Receipt


def list_receipts(*, scope: Scope) -> QuerySet[Receipt]:
    """Receipts on accounts that the scope may see, newest first."""
    return Receipt.objects.filter(scope.on("account")).select_related("account").order_by("-value_date", "-id")
