"""Computers with devices, what hangs on them, what they are to do, and every message that is on its way to them.

What a job serves lives in a higher app, so it is a plain kind and id here.
"""

from django.db import models
from django.db.models import Q

from rachun.apps.base.fields import Entity
from rachun.apps.identity.models import Branch, LegalEntity


class Agent(Entity):
    """A program on a cashier's computer. It is known by a key of its own, which never leaves that computer."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100, help_text="Where it stands.")
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_spent_at = models.DateTimeField(null=True)
    public_key = models.CharField(max_length=64, blank=True)
    computer = models.CharField(max_length=100, blank=True)
    version = models.CharField(max_length=20, blank=True)
    enrolled_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(default=0, help_text="Grows with every connection; an older one is cut.")
    connected_at = models.DateTimeField(null=True)
    disconnected_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    clock_difference_s = models.IntegerField(null=True)
    open_jobs = models.IntegerField(default=0)
    waiting_messages = models.IntegerField(default=0)
    orders_made = models.BigIntegerField(default=0, help_text="The number of the latest message for it.")
    orders_stored = models.BigIntegerField(default=0, help_text="Up to where they are on its disk.")
    messages_stored = models.BigIntegerField(default=0, help_text="Up to where its own messages are here.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_key"], condition=~Q(public_key=""), name="agent_key_once"),
            models.UniqueConstraint(fields=["code_hash"], condition=~Q(code_hash=""), name="agent_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Device(Entity):
    """A register or a scanner of an agent, as its heartbeats tell it."""

    class Kind(models.TextChoices):
        REGISTER = "REGISTER"
        SCANNER = "SCANNER"

    class State(models.TextChoices):
        OPENING = "OPENING"
        READY = "READY"
        BUSY = "BUSY"
        WAITING = "WAITING"

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="devices")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60, help_text="What the agent's settings call it.")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPENING)
    code = models.CharField(max_length=60, blank=True, help_text="Why it waits.")
    serial_number = models.CharField(max_length=40, blank=True, help_text="As the latest result told it.")
    scan_count = models.BigIntegerField(default=0)
    latest_scan = models.CharField(max_length=1000, blank=True)
    latest_scan_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "key"], name="device_key_once")]

    def __str__(self) -> str:
        return self.key


class DeviceJob(Entity):
    """One thing a register is to do, once. Its id is the agent's too and never changes."""

    class Kind(models.TextChoices):
        SALE = "SALE"
        CASH_IN = "CASH_IN"
        CASH_OUT = "CASH_OUT"
        X_REPORT = "X_REPORT"
        Z_REPORT = "Z_REPORT"
        DUPLICATE = "DUPLICATE"

    class State(models.TextChoices):
        PREPARED = "PREPARED"  # here only: the agent has not been told
        SENT = "SENT"  # told; it may be on the agent's disk, and printing
        HELD = "HELD"  # the agent says that nothing was asked of the register yet, and why
        UNKNOWN = "UNKNOWN"  # it may or may not have been printed: the register will tell, or a person
        DONE = "DONE"
        FAILED = "FAILED"  # proved not done, and it will not be tried again

    SETTLED = frozenset({State.DONE, State.FAILED})

    class Ruling(models.TextChoices):
        WITHDRAWN = "WITHDRAWN"
        PRINTED = "PRINTED"
        NOT_PRINTED = "NOT_PRINTED"

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="jobs")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="jobs")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount_minor = models.BigIntegerField(default=0)
    tender_minor = models.BigIntegerField(default=0)
    lines = models.JSONField(default=list)
    source_kind = models.CharField(max_length=20)
    source_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARED)
    code = models.CharField(max_length=60, blank=True, help_text="Why it is held, unknown or failed.")
    document_no = models.BigIntegerField(null=True)
    register_serial_number = models.CharField(max_length=40, blank=True)
    register_clock = models.CharField(max_length=40, blank=True, help_text="What the register's own clock showed.")
    ruling = models.CharField(max_length=12, choices=Ruling.choices, blank=True, help_text="What a person said of it.")
    has_new_ruling = models.BooleanField(default=False, help_text="The agent has not been told yet.")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_kind", "source_id"], name="device_job_source_once"),
            models.CheckConstraint(
                name="device_job_amounts", condition=Q(amount_minor__gte=0) & Q(tender_minor__gte=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["agent"], name="device_job_to_tell", condition=Q(state="PREPARED") | Q(has_new_ruling=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.state}"

    @property
    def is_settled(self) -> bool:
        return self.state in self.SETTLED


class AgentOrder(Entity):
    """A numbered message for an agent: kept until it is on the agent's disk, sent again after every reconnect."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="orders")
    job = models.ForeignKey(DeviceJob, on_delete=models.PROTECT, related_name="orders")
    sequence = models.BigIntegerField()
    ruling = models.CharField(max_length=12, blank=True, help_text="Empty for the job itself.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "sequence"], name="agent_order_once"),
            models.UniqueConstraint(fields=["job", "ruling"], name="agent_order_job_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.ruling or 'job'}"
