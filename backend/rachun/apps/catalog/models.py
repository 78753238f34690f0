"""What is sold and what it costs: services, tariff plans with dated versions, destination tables."""

from django.contrib.postgres.functions import RandomUUID
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


class OwnTaxRate(Entity, AppendOnly):
    """A rate of tax that the enterprise itself names, where its country pack has none; in force until the next one."""

    UPDATABLE = ("superseded_at",)

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=20, help_text="STANDARD, REDUCED …, as tariffs name them.")
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    valid_from = models.DateField()
    source_document = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "category", "valid_from"],
                name="own_tax_rate_start_once",
                condition=models.Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(name="own_tax_rate_share", condition=models.Q(percent__gte=0, percent__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.percent} % from {self.valid_from}"


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
    time_zone = models.CharField(max_length=40, default="UTC", help_text="Whose wall clock its time bands follow.")
    measures_time = models.BooleanField(default=True, help_text="False: usage is counted, not seconds that pass.")
    keeps_band = models.BooleanField(
        default=False, help_text="A running call stays with its rate where no other is in force."
    )
    revision = models.UUIDField(
        db_default=RandomUUID(),
        editable=False,
        help_text="Another one after each change of its rates or bands: sql/01_revisions.sql.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "code"], name="destination_table_code_once")]

    def __str__(self) -> str:
        return self.code


class TimeBand(Entity, AppendOnly):
    """Days and a start that rates of a table may name; a band lasts until another takes over. Empty lists match all."""

    table = models.ForeignKey(DestinationTable, on_delete=models.PROTECT, related_name="bands")
    code = models.CharField(max_length=40)
    starts_at = models.TimeField()
    years = models.JSONField(default=list)
    months = models.JSONField(default=list, help_text="1 to 12.")
    monthdays = models.JSONField(default=list, help_text="1 to 31.")
    weekdays = models.JSONField(default=list, help_text="1 = Monday.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "code"], name="time_band_code_once")]

    def __str__(self) -> str:
        return self.code


class DestinationRate(DatedFact):
    """What calls to a prefix cost. Of rates of one prefix the heaviest in force stands, then the latest begun."""

    class Rounding(models.TextChoices):
        HALF_UP = "HALF_UP"
        HALF_EVEN = "HALF_EVEN"
        UP = "UP"
        DOWN = "DOWN"

    class MaxCostStrategy(models.TextChoices):
        FREE = "FREE", "The cost is capped"
        DISCONNECT = "DISCONNECT", "Only an authorised duration is bounded"

    table = models.ForeignKey(DestinationTable, on_delete=models.PROTECT, related_name="rates")
    prefix = models.CharField(max_length=15, blank=True, help_text="Digits in E.164 without the plus; empty = any.")
    destination = models.CharField(max_length=100)
    price_per_minute = models.DecimalField(max_digits=17, decimal_places=8)
    connection_fee = models.DecimalField(max_digits=17, decimal_places=8, default=0)
    first_interval_s = models.PositiveIntegerField(default=60)
    increment_s = models.PositiveIntegerField(default=60)
    band = models.CharField(max_length=40, blank=True, help_text="Code of a time band of the table; empty = always.")
    weight = models.PositiveSmallIntegerField(default=0)
    steps = models.JSONField(
        null=True,
        blank=True,
        help_text="Rate groups by consumed usage: from_s, price, per, increment. They replace price and intervals.",
    )
    rounding = models.CharField(max_length=10, choices=Rounding.choices, default=Rounding.HALF_UP)
    decimals = models.PositiveSmallIntegerField(default=4)
    minimum_s = models.PositiveIntegerField(default=0, help_text="Billed at least.")
    minimum_charge = models.DecimalField(max_digits=17, decimal_places=8, default=0)
    free_below_s = models.PositiveIntegerField(default=0, help_text="A shorter call costs nothing.")
    max_cost = models.DecimalField(max_digits=17, decimal_places=8, null=True, blank=True)
    max_cost_strategy = models.CharField(max_length=10, choices=MaxCostStrategy.choices, blank=True)

    class Meta:
        constraints = [
            *no_overlap(name="destination_rate", by=("table", "prefix", "band", "weight")),
            models.CheckConstraint(
                name="destination_rate_intervals", condition=models.Q(first_interval_s__gt=0, increment_s__gt=0)
            ),
            models.CheckConstraint(name="destination_rate_decimals", condition=models.Q(decimals__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.destination}"
