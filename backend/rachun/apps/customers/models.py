"""Who pays and where: parties, accounts with their numbers, premises."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from rachun.apps.base.fields import Entity
from rachun.apps.identity.models import Branch, LegalEntity


class Language(models.TextChoices):
    UKRAINIAN = "uk"
    BOSNIAN = "bs"
    ENGLISH = "en"


class Party(Entity):
    """A person or a legal entity that holds accounts."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "INDIVIDUAL"
        SOLE_TRADER = "SOLE_TRADER"
        LEGAL_ENTITY = "LEGAL_ENTITY"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = models.CharField(max_length=200)
    sort_key = models.BinaryField(max_length=800, help_text="Orders names by the alphabet of their language.")
    tax_id = models.CharField(max_length=20, blank=True)
    vat_id = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices)
    search_key = models.CharField(max_length=400, default="", help_text="The name in one spelling: values/folding.py.")
    is_estate = models.BooleanField(default=False, help_text="The holder has died: reminders and penalties stop.")
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["legal_entity", "sort_key"], name="party_sort"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="party_name_trgm"),
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="party_search_trgm"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactPoint(Entity):
    class Kind(models.TextChoices):
        EMAIL = "EMAIL"
        PHONE = "PHONE"
        CHAT = "CHAT"

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=254)
    consented_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "kind", "value"], name="contact_point_once")]
        indexes = [GinIndex(OpClass("value", name="gin_trgm_ops"), name="contact_point_trgm")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Premise(Entity):
    """A place supplied."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    postcode = models.CharField(max_length=10, blank=True)
    settlement = models.CharField(max_length=100)
    street = models.CharField(max_length=100, blank=True)
    building = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    area_m2 = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    search_key = models.CharField(max_length=800, default="", help_text="The address in one spelling.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "settlement", "street", "building", "unit"], name="premise_once"
            )
        ]
        indexes = [GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="premise_search_trgm")]

    def __str__(self) -> str:
        place = " ".join(part for part in (self.street, self.building) if part)
        return ", ".join(part for part in (self.settlement, place, self.unit) if part)


class Account(Entity):
    """What is billed and what owes: one party, for ever."""

    class Delivery(models.TextChoices):
        EMAIL = "EMAIL"
        PAPER = "PAPER"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="accounts")
    number = models.CharField(max_length=12, help_text="Ends with a check digit.")
    delivery = models.CharField(max_length=8, choices=Delivery.choices, default=Delivery.PAPER)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "number"], name="account_number_once")]
        indexes = [
            models.Index(fields=["branch", "number"], name="account_branch_number"),
            GinIndex(OpClass("number", name="gin_trgm_ops"), name="account_number_trgm"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def alias_numbers(self) -> list[str]:
        return sorted(alias.number for alias in self.aliases.all())


class AccountAlias(Entity):
    """The account's number in a former system: accepted for ever, in every payment channel."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="aliases")
    number = models.CharField(max_length=40)
    source = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "number"], name="account_alias_once")]
        indexes = [GinIndex(OpClass("number", name="gin_trgm_ops"), name="account_alias_trgm")]

    def __str__(self) -> str:
        return self.number
