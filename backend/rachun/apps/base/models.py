"""Jobs, outbox, audit, idempotency, number series: rows that every app above uses and none owns.

Base lies below identity, so principals, legal entities and branches are plain ids here.
"""

from django.db import models
from django.db.models.functions import Now

from rachun.apps.base.fields import AppendOnly, Entity


class Job(Entity):
    """Any long work. The row is the work; the queue is only its bell."""

    class State(models.TextChoices):
        PENDING = "PENDING"
        RUNNING = "RUNNING"
        DONE = "DONE"
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"

    kind = models.CharField(max_length=100)
    legal_entity_id = models.UUIDField(null=True)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    total = models.BigIntegerField(null=True)
    done = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    checkpoint = models.JSONField(null=True)
    failure = models.TextField(blank=True)
    attempts = models.IntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["legal_entity_id", "kind", "id"], name="job_by_entity"),
            models.Index(fields=["state", "id"], name="job_open", condition=models.Q(state__in=["PENDING", "RUNNING"])),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(done__gte=0), name="job_done_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.state}"


class JobRowError(Entity):
    """One row of a file or batch that the job could not take, with the reason."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="row_errors")
    row_no = models.BigIntegerField()
    field = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=100)
    params = models.JSONField(default=dict)
    raw = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "row_no", "field", "code"], name="job_row_error_once"),
        ]

    def __str__(self) -> str:
        return f"row {self.row_no}: {self.code}"


class OutboxRow(Entity):
    """A fact for the world outside: written with its cause, delivered afterwards."""

    topic = models.CharField(max_length=100)
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(delivered_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"


class AuditRow(Entity, AppendOnly):
    """Who did what to which object, from where and why. Sealed into a chain afterwards."""

    stream = models.CharField(max_length=50, default="main")
    at = models.DateTimeField(db_default=Now())
    principal_id = models.UUIDField(null=True)
    origin = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    operation = models.CharField(max_length=100)
    legal_entity_id = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=100)
    object_id = models.CharField(max_length=100)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    why = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_kind", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["legal_entity_id", "id"], name="audit_by_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.object_kind} {self.object_id}"


class AuditSeal(Entity, AppendOnly):
    """One link of the chain: hash over the previous hash and the audit row."""

    audit_row = models.OneToOneField(AuditRow, on_delete=models.PROTECT, related_name="seal")
    stream = models.CharField(max_length=50)
    sequence = models.BigIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "sequence"], name="audit_seal_sequence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.sequence}"


class IdempotencyRecord(Entity):
    """The answer that was given to one Idempotency-Key, kept in the transaction of its effect."""

    principal_id = models.UUIDField()
    key = models.CharField(max_length=255)
    operation = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status = models.IntegerField()
    answer = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal_id", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class NumberSeries(Entity):
    """The next legal number of one kind of document. The row is locked last in the issuing transaction."""

    legal_entity_id = models.UUIDField()
    branch_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=50)
    year = models.IntegerField()
    prefix = models.CharField(max_length=30, blank=True)
    digits = models.IntegerField(default=6)
    next_value = models.BigIntegerField(default=1)
    latest_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity_id", "branch_id", "kind", "year", "prefix"],
                name="number_series_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=models.Q(next_value__gte=1), name="number_series_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.prefix}{self.year}"


class CheckResult(Entity):
    """The latest result of one kind of check: invariants, audit, backup, restore."""

    name = models.CharField(max_length=50, unique=True)
    finished_at = models.DateTimeField()
    is_good = models.BooleanField()
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.name} {'good' if self.is_good else 'bad'}"
