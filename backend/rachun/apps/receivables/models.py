"""Who paid what: allocations of money to open items."""

from django.db import models

from rachun.apps.base.fields import AppendOnly, Entity
from rachun.apps.ledger.models import Entry, OpenItem


class Allocation(Entity, AppendOnly):
    """Money from a receipt (`receipt_id`) or from an advance item settles part of an open item."""

    receipt_id = models.UUIDField(null=True, blank=True)
    advance_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, null=True, blank=True, related_name="uses")
    open_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="allocations")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="allocations")
    amount_minor = models.BigIntegerField()
    value_date = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="allocation_positive", condition=models.Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="allocation_one_source",
                condition=models.Q(receipt_id__isnull=True) ^ models.Q(advance_item__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["receipt_id"], name="allocation_receipt")]

    def __str__(self) -> str:
        return f"{self.amount_minor}"
