from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from rachun.apps.usage.services.sources import FORMATS

FORMAT_NAMES = sorted({name for names in FORMATS.values() for name in names})


class UsageSourceOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=UsageSource.Kind.choices)
    format = serializers.CharField()
    profile = serializers.DictField(allow_null=True)
    time_zone = serializers.CharField()
    area_code = serializers.CharField()


class UsageSourceIn(In):
    legal_entity_id = serializers.UUIDField()
    code = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=UsageSource.Kind.choices)
    format = serializers.ChoiceField(choices=FORMAT_NAMES)
    profile = serializers.DictField(
        allow_null=True, default=None, help_text="The layout of calls:declared; null for every other format."
    )
    time_zone = serializers.CharField(max_length=40)
    area_code = serializers.RegexField(r"^[0-9]{0,8}$", default="", allow_blank=True)


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


def micro_text(micro: int) -> str:
    """Millionths as a decimal string of six places."""
    sign, size = "-" if micro < 0 else "", abs(micro)
    return f"{sign}{size // 1_000_000}.{size % 1_000_000:06d}"
