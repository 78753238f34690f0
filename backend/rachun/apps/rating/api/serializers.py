from decimal import Decimal

from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out, several
from rachun.apps.usage.models import PricedUsage, UsageBatch, UsageRecord, UsageSource

ENCODINGS = ("utf-8", "utf-16", "cp1251", "cp1250", "cp866")
ROWS_MAX = 1000
# The files of RatePlansIn by the names that their reader knows.
PLAN_FILES = {
    "Timings": "timings",
    "Destinations": "destinations",
    "Rates": "rates",
    "DestinationRates": "destination_rates",
    "RatingPlans": "rating_plans",
    "RatingProfiles": "rating_profiles",
}
SECONDS_MAX = 7 * 86_400


class UsageLoadIn(In):
    source_id = serializers.UUIDField()
    file = serializers.FileField(max_length=200)
    encoding = serializers.ChoiceField(choices=ENCODINGS, allow_null=True, default=None)


class UsageCallIn(In):
    """A call of a source of calls. The same call again is known; record_key tells two equal ones apart.

    So that a call is known which comes in a file as well, tell what the file tells: numbers as they are written there,
    trunk_in, trunk_out, disposition and unique_id, each empty where the file has none.
    """

    calling = serializers.CharField(max_length=40)
    called = serializers.CharField(max_length=40)
    started_at = serializers.DateTimeField()
    duration_s = serializers.IntegerField(min_value=0, max_value=SECONDS_MAX)
    billable_s = serializers.IntegerField(min_value=0, max_value=SECONDS_MAX, allow_null=True, default=None)
    answered = serializers.BooleanField(default=True)
    record_key = serializers.CharField(max_length=120, default="", allow_blank=True)
    trunk_in = serializers.CharField(max_length=80, default="", allow_blank=True)
    trunk_out = serializers.CharField(max_length=80, default="", allow_blank=True)
    disposition = serializers.CharField(max_length=40, default="", allow_blank=True)
    unique_id = serializers.CharField(max_length=80, default="", allow_blank=True)


class CallIn(UsageCallIn):
    source_id = serializers.UUIDField()


class UsageDeliveryIn(In):
    """A delivered service of a source of deliveries."""

    account = serializers.CharField(max_length=60, help_text="Number of the account or of the agreement.")
    service = serializers.CharField(max_length=60)
    item = serializers.CharField(max_length=40)
    quantity = serializers.DecimalField(max_digits=15, decimal_places=6)
    unit = serializers.CharField(max_length=20)
    performed_on = serializers.DateField()
    document = serializers.CharField(max_length=60, default="", allow_blank=True)
    record_key = serializers.CharField(max_length=120, default="", allow_blank=True)


class UsageRowsIn(In):
    """Exactly one of calls and deliveries, as the source is."""

    source_id = serializers.UUIDField()
    calls = several(UsageCallIn, most=ROWS_MAX, required=False)
    deliveries = several(UsageDeliveryIn, most=ROWS_MAX, required=False)


class ReleaseIn(In):
    source_id = serializers.UUIDField()
    reason = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="Only records that wait for this; empty: all."
    )


class RateDeckIn(In):
    file = serializers.FileField(max_length=200, help_text="The price list by destination name.")
    prefixes = serializers.FileField(max_length=200, help_text="Which prefixes each name has.")
    encoding = serializers.ChoiceField(choices=ENCODINGS, allow_null=True, default=None)
    valid_from = serializers.DateField()
    first_interval_s = serializers.IntegerField(min_value=1, max_value=3600, default=60)
    increment_s = serializers.IntegerField(min_value=1, max_value=3600, default=60)
    connection_fee = serializers.DecimalField(max_digits=17, decimal_places=8, min_value=0, default=Decimal(0))
    dry_run = serializers.BooleanField(default=False, help_text="Say what would happen and change nothing.")


class RatePlansIn(In):
    """The six files of a rating engine's tariff plans, each refers to others by tag. A line starting with # is none."""

    legal_entity_id = serializers.UUIDField()
    timings = serializers.FileField(max_length=200, help_text="Tag, years, months, days of the month, weekdays, time.")
    destinations = serializers.FileField(max_length=200, help_text="Tag, prefix.")
    rates = serializers.FileField(max_length=200, help_text="Tag, connection fee, rate, unit, increment, from.")
    destination_rates = serializers.FileField(
        max_length=200, help_text="Tag, destination, rate, rounding, decimals, most, what happens beyond."
    )
    rating_plans = serializers.FileField(max_length=200, help_text="Tag, destination rates, timing, weight.")
    rating_profiles = serializers.FileField(max_length=200, help_text="Who is sold a plan, of what kind, from when.")
    encoding = serializers.ChoiceField(choices=ENCODINGS, allow_null=True, default=None)
    valid_from = serializers.DateField(
        allow_null=True, default=None, help_text="Of plans that no profile dates; without it, today."
    )
    keep_good = serializers.BooleanField(default=False, help_text="Keep the good rows though others are wrong.")
    dry_run = serializers.BooleanField(default=False, help_text="Say what would happen and change nothing.")


class UsageBatchOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    source_id = serializers.UUIDField()
    name = serializers.CharField()
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(choices=UsageBatch.State.choices)
    record_count = serializers.IntegerField()
    added_count = serializers.IntegerField()
    error_count = serializers.IntegerField()
    totals = serializers.DictField(child=serializers.CharField())
    received_at = serializers.DateTimeField()


class UsageRecordOut(Out):
    batch_id = serializers.UUIDField(source="load_key")
    record_no = serializers.IntegerField()
    source_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=UsageSource.Kind.choices)
    state = serializers.ChoiceField(choices=UsageRecord.State.choices)
    reason = serializers.CharField()
    agreement_id = serializers.UUIDField(allow_null=True)
    component = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    usage_date = serializers.DateField()
    caller = serializers.CharField()
    called = serializers.CharField()
    duration_s = serializers.IntegerField()
    billed_s = serializers.IntegerField()
    covered_s = serializers.IntegerField(allow_null=True, help_text="Billed seconds that a bundle pays.")
    item = serializers.CharField()
    quantity = serializers.SerializerMethodField()
    destination = serializers.CharField()
    prefix = serializers.CharField()
    amount = serializers.SerializerMethodField()
    bill_id = serializers.UUIDField(allow_null=True)
    document = serializers.CharField()
    raw = serializers.CharField()

    def get_quantity(self, record: UsageRecord) -> str:
        return micro_text(record.quantity_micro)

    def get_amount(self, record: UsageRecord) -> str | None:
        """In the currency of the price table, before tax is added or with tax inside, as the tariff says."""
        return None if record.amount_micro is None else micro_text(record.amount_micro)


class RunPriceOut(Out):
    """What another table makes of the record. Without a price it has a reason, never an amount of zero."""

    run_id = serializers.UUIDField()
    run_code = serializers.CharField(source="run.code", help_text="Such as carrier.")
    table_code = serializers.CharField(source="run.table.code")
    currency = serializers.CharField(source="run.table.currency")
    prefix = serializers.CharField()
    destination = serializers.CharField()
    billed_s = serializers.IntegerField()
    amount = serializers.SerializerMethodField()
    reason = serializers.CharField()
    priced_at = serializers.DateTimeField()

    def get_amount(self, priced: PricedUsage) -> str | None:
        return None if priced.amount_micro is None else micro_text(priced.amount_micro)


class PricedUsageOut(Out):
    """A record with its price by the tariff, and by each run of its source that has looked at it."""

    batch_id = serializers.UUIDField(source="load_key")
    record_no = serializers.IntegerField()
    source_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=UsageRecord.State.choices)
    reason = serializers.CharField()
    agreement_id = serializers.UUIDField(allow_null=True)
    occurred_at = serializers.DateTimeField()
    usage_date = serializers.DateField()
    caller = serializers.CharField()
    called = serializers.CharField()
    destination = serializers.CharField()
    prefix = serializers.CharField()
    billed_s = serializers.IntegerField()
    amount = serializers.SerializerMethodField()
    runs = RunPriceOut(many=True)

    def get_amount(self, record: UsageRecord) -> str | None:
        """By the tariff, as listUsageRecords tells it."""
        return None if record.amount_micro is None else micro_text(record.amount_micro)


class RecordedCallOut(Out):
    """The call as it is kept. Without a price it has a reason, never an amount of zero."""

    batch_id = serializers.UUIDField()
    record_no = serializers.IntegerField()
    is_known = serializers.BooleanField(help_text="It was recorded before, by whatever way; nothing was added.")
    state = serializers.ChoiceField(choices=UsageRecord.State.choices)
    reason = serializers.CharField(help_text="Why it waits, or by which rule it is not charged.")
    agreement_id = serializers.UUIDField(allow_null=True)
    component = serializers.CharField()
    usage_date = serializers.DateField()
    destination = serializers.CharField()
    prefix = serializers.CharField(help_text="The longest that matched; * for a rate of whatever is dialled.")
    billed_s = serializers.IntegerField()
    covered_s = serializers.IntegerField(allow_null=True, help_text="Billed seconds that a bundle pays.")
    amount = serializers.CharField(
        allow_null=True,
        help_text="In the currency of the price table, before tax is added or with tax inside, as the tariff says.",
    )


def micro_text(micro: int) -> str:
    """Millionths as a decimal string of six places."""
    sign, size = "-" if micro < 0 else "", abs(micro)
    return f"{sign}{size // 1_000_000}.{size % 1_000_000:06d}"
