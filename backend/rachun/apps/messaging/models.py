"""What was sent, to whom, and what became of it. Deliveries hold plain ids of what they serve."""

from django.db import models

from rachun.apps.base.fields import Entity
from rachun.apps.identity.models import Branch, LegalEntity


class Delivery(Entity):
    """One message on its way to one address: a copy of a document, or plain words without one."""

    class Channel(models.TextChoices):
        EMAIL = "EMAIL"

    class State(models.TextChoices):
        QUEUED = "QUEUED"
        SENT = "SENT"
        FAILED = "FAILED"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    account_id = models.UUIDField()
    document_id = models.UUIDField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    attachment_name = models.CharField(max_length=100, blank=True)
    attachment_sha256 = models.CharField(max_length=64, blank=True)
    is_secret = models.BooleanField(default=False, help_text="The words hold a code: they are wiped once sent.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(help_text="When the scheduler rings again for a copy that still waits.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="From then on the message is worth nothing.")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document_id", "channel", "address"], name="delivery_once"),
            models.CheckConstraint(
                name="delivery_attachment_whole",
                condition=models.Q(attachment_name="", attachment_sha256="")
                | (~models.Q(attachment_name="") & ~models.Q(attachment_sha256="")),
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="delivery_waiting", condition=models.Q(state="QUEUED"))
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
