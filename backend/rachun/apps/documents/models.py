"""Rendered documents and the templates they are made from. They hold plain ids of what they serve."""

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
