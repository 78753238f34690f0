"""What subscribers told us themselves, beside what became of it."""

from django.db import models

from rachun.apps.base.fields import AppendOnly, Entity
from rachun.apps.customers.models import Account
from rachun.apps.metering.models import HeldReading, Reading, Register


class SentReading(Entity, AppendOnly):
    """A reading as a subscriber sent it, with the photo of the dial. Metering judges it and keeps what counts."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="+")
    boundary_date = models.DateField(help_text="The day that this value opens.")
    value = models.DecimalField(max_digits=18, decimal_places=6)
    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    held = models.ForeignKey(HeldReading, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    photo_sha256 = models.CharField(max_length=64, blank=True)
    photo_media_type = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField()

    class State(models.TextChoices):
        TAKEN = "TAKEN"
        WAITING = "WAITING"
        REFUSED = "REFUSED"
        REPLACED = "REPLACED"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sent_reading_one_outcome",
                condition=models.Q(reading__isnull=True) ^ models.Q(held__isnull=True),
            ),
            models.UniqueConstraint(fields=["account", "reading"], name="sent_reading_once"),
            models.UniqueConstraint(fields=["account", "held"], name="sent_held_reading_once"),
        ]
        indexes = [models.Index(fields=["account", "-sent_at"], name="sent_reading_account")]

    @property
    def state(self) -> str:
        """What became of it, by metering's own rows."""
        if self.reading is not None:
            is_replaced = self.reading.superseded_at is not None
            return self.State.REPLACED if is_replaced else self.State.TAKEN
        decision = self.held.decision if self.held is not None else ""
        decided = {
            HeldReading.Decision.ACCEPTED: self.State.TAKEN,
            HeldReading.Decision.REFUSED: self.State.REFUSED,
        }
        return decided.get(HeldReading.Decision(decision), self.State.WAITING) if decision else self.State.WAITING

    def __str__(self) -> str:
        return f"{self.boundary_date}: {self.value}"
