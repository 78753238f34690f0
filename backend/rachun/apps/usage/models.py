"""What was used: batches of calls and delivered services, each record kept once."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.fields import AppendOnly, Entity
from rachun.apps.catalog.models import DestinationTable, TariffPlan
from rachun.apps.identity.models import LegalEntity, Principal


class UsageSource(Entity):
    """An exchange, carrier or system that sends usage, and how its files read."""

    class Kind(models.TextChoices):
        CALLS = "CALLS"
        DELIVERIES = "DELIVERIES"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    format = models.CharField(max_length=40, help_text="Reader of its files: asterisk_cdr, calls:bgbilling …")
    profile = models.JSONField(null=True, blank=True, help_text="Declared layout, where the format needs one.")
    time_zone = models.CharField(max_length=40)
    area_code = models.CharField(max_length=8, blank=True, help_text="Completes short local numbers.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "code"], name="usage_source_code_once")]

    def __str__(self) -> str:
        return self.code


class UsageBatch(Entity):
    """A file or call of the interface, as received."""

    class State(models.TextChoices):
        LOADING = "LOADING"
        LOADED = "LOADED"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(UsageSource, on_delete=models.PROTECT, related_name="batches")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices)
    record_count = models.PositiveIntegerField(default=0, help_text="Records in the file.")
    added_count = models.PositiveIntegerField(default=0, help_text="Records that were not known before.")
    error_count = models.PositiveIntegerField(default=0, help_text="Lines that could not be read.")
    totals = models.JSONField(default=dict, help_text="Control totals of the file.")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "sha256"], name="usage_batch_once")]

    def __str__(self) -> str:
        return self.name


class UsageKey(AppendOnly):
    """Every record ever taken, narrow: the second one with the same key is refused here."""

    pk = models.CompositePrimaryKey("source_id", "key_hash", "occurrence")
    # The batch has the foreign key: checking it again for each key would cost more than keeping the key.
    source = models.ForeignKey(UsageSource, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    key_hash = models.UUIDField(help_text="The second it began and 96 bits of the record key's SHA-256.")
    occurrence = models.IntegerField(help_text="Tells equal records of one file apart, from 1.")
    load_key = models.UUIDField()
    record_no = models.IntegerField(null=True, help_text="Of a call that came by itself; null for those of a file.")

    class Meta:
        indexes = [BrinIndex(fields=["load_key"], name="usage_key_batch", pages_per_range=32, autosummarize=True)]

    def __str__(self) -> str:
        return f"{self.key_hash}/{self.occurrence}"


class UsageRecord(models.Model):
    """A call or a delivered service: raw line, normalised fields, price, state. Partitioned by batch."""

    class State(models.TextChoices):
        GUIDED = "GUIDED"
        RATED = "RATED"
        UNBILLABLE = "UNBILLABLE", "Stored, by rule not charged: an unanswered call"
        SUSPENDED = "SUSPENDED"
        BILLED = "BILLED"

    pk = models.CompositePrimaryKey("load_key", "record_no")
    load_key = models.UUIDField(help_text="The batch.")
    record_no = models.IntegerField(help_text="Row in the file, from 1.")
    # A batch is of one source, which its foreign key keeps, and a check of its table says which; `agreement` leads
    # another index.
    source = models.ForeignKey(
        UsageSource, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=UsageSource.Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=40, blank=True, help_text="Why it is suspended or unbillable.")
    agreement = models.ForeignKey(
        ServiceAgreement, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    component = models.CharField(max_length=40, blank=True, help_text="Tariff component that prices it.")
    occurred_at = models.DateTimeField()
    usage_date = models.DateField(help_text="Local day of the source.")
    caller = models.CharField(max_length=20, blank=True)
    called = models.CharField(max_length=20, blank=True)
    duration_s = models.IntegerField(default=0)
    item = models.CharField(max_length=40, blank=True)
    quantity_micro = models.BigIntegerField(help_text="Seconds talked, or units delivered, × 10^6.")
    destination = models.CharField(max_length=100, blank=True)
    prefix = models.CharField(max_length=15, blank=True)
    billed_s = models.IntegerField(default=0)
    covered_s = models.IntegerField(null=True, help_text="What a bundle pays of the billed; null = none asked.")
    amount_micro = models.BigIntegerField(
        null=True, help_text="Price in the table's currency × 10^6; null until rated."
    )
    bill_id = models.UUIDField(null=True)
    document = models.CharField(max_length=100, blank=True)
    raw = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["agreement", "usage_date", "state"], name="usage_of_agreement"),
            models.Index(fields=["source", "reason"], name="usage_suspended", condition=models.Q(state="SUSPENDED")),
        ]

    def __str__(self) -> str:
        return f"{self.load_key}/{self.record_no}"


class HeldUsage(models.Model):
    """The records that a calculation priced for an agreement, until its bill is issued or it is calculated anew.

    What is priced can be seen changing or growing until then: issuing bills these records, as they were, or none.
    """

    id = models.BigAutoField(primary_key=True)
    holder_id = models.UUIDField(help_text="What was calculated: the chunk of a bill run.")
    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="+")
    load_keys = ArrayField(models.UUIDField(), help_text="With record_nos: the key of each record.")
    record_nos = ArrayField(models.IntegerField())
    record_count = models.PositiveIntegerField()
    digest = models.DecimalField(max_digits=40, decimal_places=0, help_text="Over all that a bill says of the records.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder_id", "agreement"], name="held_usage_once")]

    def __str__(self) -> str:
        return f"{self.holder_id} {self.agreement_id}: {self.record_count}"


class SealedHolder(models.Model):
    """A calculation whose bills are being issued: what it holds is changed by nobody any more."""

    holder_id = models.UUIDField(primary_key=True)

    def __str__(self) -> str:
        return str(self.holder_id)


class BundleCounter(models.Model):
    """Seconds that calls of a calendar month took of what an agreement's tariff component includes."""

    pk = models.CompositePrimaryKey("agreement_id", "component", "month")
    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="+")
    component = models.CharField(max_length=40)
    month = models.DateField(help_text="Its first day.")
    used_s = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="bundle_used", condition=models.Q(used_s__gte=0))]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.component} {self.month}"


class PricingRun(Entity):
    """Another table that prices every call of a source: what its carrier charges us."""

    source = models.ForeignKey(UsageSource, on_delete=models.PROTECT, related_name="runs")
    code = models.CharField(max_length=40)
    table = models.ForeignKey(DestinationTable, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "code"], name="pricing_run_code_once")]

    def __str__(self) -> str:
        return self.code


class PricedUsage(models.Model):
    """What a record costs in a run; without a price it has a reason."""

    pk = models.CompositePrimaryKey("run_id", "load_key", "record_no")
    run = models.ForeignKey(PricingRun, on_delete=models.PROTECT, related_name="+")
    load_key = models.UUIDField()
    record_no = models.IntegerField()
    prefix = models.CharField(max_length=15, blank=True)
    destination = models.CharField(max_length=100, blank=True)
    billed_s = models.IntegerField(default=0)
    amount_micro = models.BigIntegerField(null=True, help_text="In the table's currency × 10^6; null without a price.")
    reason = models.CharField(max_length=40, blank=True)
    priced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="priced_or_reason",
                condition=models.Q(amount_micro__isnull=False, reason="")
                | models.Q(amount_micro__isnull=True) & ~models.Q(reason=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.load_key}/{self.record_no}"


class Rerating(Entity):
    """Stored calls of a time priced again after prices were corrected: rehearsed first, then applied.

    counts: agreements and calls looked at; changed, unpriced, left and billed: calls of each ReratedCall.Standing.
    """

    class State(models.TextChoices):
        REHEARSING = "REHEARSING"
        REHEARSED = "REHEARSED"
        APPLYING = "APPLYING"
        APPLIED = "APPLIED"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(
        TariffPlan, on_delete=models.PROTECT, null=True, related_name="+", help_text="Only agreements that have it."
    )
    run = models.ForeignKey(
        "PricingRun", on_delete=models.PROTECT, null=True, related_name="+", help_text="Its prices, not the tariff's."
    )
    from_date = models.DateField()
    to_date = models.DateField(help_text="The first day that no longer belongs.")
    why = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices)
    counts = models.JSONField(default=dict)
    created_by = models.ForeignKey(Principal, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    rehearsed_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="rerating_period", condition=models.Q(to_date__gt=models.F("from_date")))
        ]

    def __str__(self) -> str:
        return f"{self.from_date}/{self.to_date}"


class ReratedCall(models.Model):
    """A call whose price of today is not the stored one. Rows of a rehearsal go when it is applied."""

    class Standing(models.TextChoices):
        CHANGED = "CHANGED", "Not billed: it gets the new price"
        UNPRICED = "UNPRICED", "Not billed, and no price is found today: it waits with the reason"
        LEFT = "LEFT", "Another agreement would have it today, or none: it stays as it is"
        BILLED = "BILLED", "A bill holds it: it stays as it is, and the difference is one to correct"

    id = models.BigAutoField(primary_key=True)
    rerating = models.ForeignKey(Rerating, on_delete=models.CASCADE, related_name="rerated")
    is_applied = models.BooleanField()
    standing = models.CharField(max_length=10, choices=Standing.choices)
    reason = models.CharField(max_length=40, blank=True)
    load_key = models.UUIDField()
    record_no = models.IntegerField()
    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, null=True, related_name="+")
    usage_date = models.DateField()
    bill_id = models.UUIDField(null=True)
    destination_was = models.CharField(max_length=100, blank=True)
    destination = models.CharField(max_length=100, blank=True)
    billed_s_was = models.IntegerField()
    billed_s = models.IntegerField()
    covered_s_was = models.IntegerField(null=True)
    covered_s = models.IntegerField(null=True)
    amount_micro_was = models.BigIntegerField(null=True, help_text="Null: it had no price in the run.")
    amount_micro = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rerating", "is_applied", "load_key", "record_no"], name="rerated_call_once"
            )
        ]
        indexes = [models.Index(fields=["rerating", "agreement"], name="rerated_call_agreement")]

    def __str__(self) -> str:
        return f"{self.load_key}/{self.record_no}"
