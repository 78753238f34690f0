"""Money that came in: receipts."""

from django.db import models

from rachun.apps.base.fields import AppendOnly, Entity
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import Branch, LegalEntity, Principal
from rachun.apps.ledger.models import Entry


class Receipt(Entity, AppendOnly):
    """An amount received for an account. The same external key of a channel comes in once."""

    class Channel(models.TextChoices):
        CASH = "CASH"
        BANK = "BANK"
        PARTNER = "PARTNER"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="receipts")
    number = models.CharField(max_length=30)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    value_date = models.DateField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    external_key = models.CharField(max_length=100)
    occurrence = models.PositiveIntegerField(default=1, help_text="Tells equal payments of one day apart.")
    payer = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=420, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="receipt")
    recorded_by = models.ForeignKey(Principal, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "channel", "external_key", "occurrence"], name="receipt_external_once"
            ),
            models.UniqueConstraint(fields=["legal_entity", "number"], name="receipt_number_once"),
            models.CheckConstraint(name="receipt_positive", condition=models.Q(amount_minor__gt=0)),
        ]
        indexes = [models.Index(fields=["account", "-value_date"], name="receipt_account_date")]

    def __str__(self) -> str:
        return self.number
