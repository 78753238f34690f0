"""Rendered documents and the templates they are made from. They hold plain ids of what they serve."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rachun.apps.base.fields import AppendOnly, Entity
from rachun.apps.identity.models import Branch, LegalEntity


class DocumentTemplate(Entity, AppendOnly):
    """One version of an editable template; the newest one of its kind is used."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    body = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "kind", "version"], name="document_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"


class Document(Entity, AppendOnly):
    """A rendered file, kept by its hash."""

    class Kind(models.TextChoices):
        BILL = "BILL"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    account_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject_id = models.UUIDField(help_text="What it shows: the bill.")
    number = models.CharField(max_length=30)
    language = models.CharField(max_length=2)
    template_version = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    media_type = models.CharField(max_length=60)
    rendered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id", "language", "template_version"], name="document_once")
        ]
        indexes = [models.Index(fields=["account_id", "-rendered_at"], name="document_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} {self.language}"


class PrintBatch(Entity):
    """Documents that go on paper together: in which order, in how many files. What is printed is the chunks'."""

    class Order(models.TextChoices):
        ROUTE = "ROUTE"
        NUMBER = "NUMBER"
        ACCOUNT = "ACCOUNT"

    class Form(models.TextChoices):
        MERGED = "MERGED"
        SINGLE = "SINGLE"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Document.Kind.choices)
    subject_id = models.UUIDField(null=True, help_text="What they belong to: the bill run. None: chosen by date.")
    chosen = models.JSONField(default=dict, help_text="How they were chosen: dates, delivery.")
    order = models.CharField(max_length=8, choices=Order.choices)
    form = models.CharField(max_length=8, choices=Form.choices)
    is_split_by_branch = models.BooleanField()
    most_per_file = models.PositiveIntegerField()
    most_bytes = models.PositiveBigIntegerField()
    document_count = models.PositiveIntegerField()
    job_id = models.UUIDField(help_text="The latest job that works on it.")
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id", "-created_at"], name="print_batch_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_count}"


class PrintChunk(Entity):
    """A part of a batch that is printed at once. The order is settled with the chunks and never changes afterwards."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, related_name="+")
    starts_file = models.BooleanField(help_text="Another branch, or as many documents as a file may hold.")
    subject_ids = ArrayField(models.UUIDField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="print_chunk_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class PrintFile(Entity, AppendOnly):
    """A finished file of a batch, kept by its hash."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveIntegerField()
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=60)
    document_count = models.PositiveIntegerField()
    page_count = models.PositiveIntegerField()
    first_number = models.CharField(max_length=30)
    latest_number = models.CharField(max_length=30)
    printed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="print_file_once")]

    def __str__(self) -> str:
        return self.name
