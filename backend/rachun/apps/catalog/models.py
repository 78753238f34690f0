"""What is sold and what it costs: services, tariff plans with dated versions, destination tables."""

from django.db import models

from rachun.apps.base.fields import AppendOnly, DatedFact, Entity, no_overlap
from rachun.apps.identity.models import LegalEntity


class Service(Entity):
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    names = models.JSONField(help_text="Name by language: uk, bs, en.")
    unit = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(help_text="Order of the service on a bill.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "code"], name="service_code_once")]

    def __str__(self) -> str:
        return self.code


class TariffPlan(Entity):
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="plans")
    code = models.CharField(max_length=40)
    names = models.JSONField(help_text="Name by language: uk, bs, en.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "code"], name="tariff_plan_code_once")]

    def __str__(self) -> str:
        return self.code


class TariffVersion(Entity, AppendOnly):
    """One dated version of a plan; it is in force until the next one starts."""

    UPDATABLE = ("superseded_at",)

    plan = models.ForeignKey(TariffPlan, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField()
    body = models.JSONField(help_text="Components, by the tariff version schema.")
    approved_by = models.CharField(max_length=200)
    source_document = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "valid_from"],
                name="tariff_version_start_once",
                condition=models.Q(superseded_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} from {self.valid_from}"


class DestinationTable(Entity):
    """Prices of calls by dialled prefix; the longest prefix wins."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "code"], name="destination_table_code_once")]

    def __str__(self) -> str:
        return self.code


class DestinationRate(DatedFact):
    table = models.ForeignKey(DestinationTable, on_delete=models.PROTECT, related_name="rates")
    prefix = models.CharField(max_length=15, help_text="Digits in E.164 without the plus.")
    destination = models.CharField(max_length=100)
    price_per_minute = models.DecimalField(max_digits=17, decimal_places=8)
    connection_fee = models.DecimalField(max_digits=17, decimal_places=8, default=0)
    first_interval_s = models.PositiveIntegerField(default=60)
    increment_s = models.PositiveIntegerField(default=60)

    class Meta:
        constraints = [
            *no_overlap(name="destination_rate", by=("table", "prefix")),
            models.CheckConstraint(
                name="destination_rate_intervals", condition=models.Q(first_interval_s__gt=0, increment_s__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.destination}"
