from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import In, Out
from rachun.apps.payments.models import Receipt


class ReceiptIn(In):
    legal_entity_id = serializers.UUIDField()
    account_number = serializers.CharField(max_length=40, help_text="Or its number in a former system.")
    amount = serializers.DecimalField(max_digits=15, decimal_places=2)
    currency = serializers.CharField(max_length=3)
    value_date = serializers.DateField(help_text="The day on which the money counts.")
    channel = serializers.ChoiceField(choices=Receipt.Channel.choices)
    external_key = serializers.CharField(max_length=100, help_text="What the channel calls it; taken once.")
    occurrence = serializers.IntegerField(min_value=1, max_value=10_000, default=1)
    payer = serializers.CharField(max_length=200, default="", allow_blank=True)
    purpose = serializers.CharField(max_length=420, default="", allow_blank=True)


class ReceiptOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    account_number = serializers.CharField(source="account.number")
    number = serializers.CharField()
    amount = AmountField(minor="amount_minor")
    currency = serializers.CharField()
    value_date = serializers.DateField()
    channel = serializers.ChoiceField(choices=Receipt.Channel.choices)
    external_key = serializers.CharField()
    occurrence = serializers.IntegerField()
    payer = serializers.CharField(allow_blank=True)
    purpose = serializers.CharField(allow_blank=True)
    entry_id = serializers.UUIDField()
    recorded_at = serializers.DateTimeField()
