"""Numbered things that agreements use: phone numbers, ports, logins."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from rachun.apps.base.fields import Entity
from rachun.apps.identity.models import Branch, LegalEntity


class Resource(Entity):
    class Kind(models.TextChoices):
        PHONE_NUMBER = "PHONE_NUMBER"
        LOGIN = "LOGIN"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    identifier = models.CharField(max_length=64, help_text="A phone number in E.164 digits, a login as typed.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "kind", "identifier"], name="resource_once")]
        indexes = [GinIndex(OpClass("identifier", name="gin_trgm_ops"), name="resource_identifier_trgm")]

    def __str__(self) -> str:
        return self.identifier
