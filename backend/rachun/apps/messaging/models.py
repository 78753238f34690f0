"""What was sent, to whom, and what became of it. Deliveries hold plain ids of what they serve."""

from django.db import models

from rachun.apps.base.fields import Entity
from rachun.apps.identity.models import Branch, LegalEntity


class Delivery(Entity):
    """One copy of a document on its way to one address."""

    class Channel(models.TextChoices):
        EMAIL = "EMAIL"

    class State(models.TextChoices):
        QUEUED = "QUEUED"
        SENT = "SENT"
        FAILED = "FAILED"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    account_id = models.UUIDField()
    document_id = models.UUIDField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    attachment_name = models.CharField(max_length=100)
    attachment_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(help_text="When the scheduler rings again for a copy that still waits.")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document_id", "channel", "address"], name="delivery_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="delivery_waiting", condition=models.Q(state="QUEUED"))
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
