"""What a subscriber is told about the own accounts."""

from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import Out
from rachun.apps.payments.models import Receipt


class SellerOut(Out):
    name = serializers.CharField(source="short_name")
    phone = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    website = serializers.CharField(allow_blank=True)


class LatestBillOut(Out):
    id = serializers.UUIDField()
    number = serializers.CharField()
    document_date = serializers.DateField()
    period_from = serializers.DateField()
    period_to = serializers.DateField()
    due_date = serializers.DateField()
    gross = AmountField(minor="gross_minor")


class LatestPaymentOut(Out):
    id = serializers.UUIDField()
    amount = AmountField(minor="amount_minor")
    value_date = serializers.DateField()
    channel = serializers.ChoiceField(choices=Receipt.Channel.choices)


class OwnAccountOut(Out):
    id = serializers.UUIDField(source="account.id")
    number = serializers.CharField(source="account.number")
    holder = serializers.CharField(source="account.party.name")
    address = serializers.CharField(allow_blank=True)
    seller = SellerOut(source="account.legal_entity")
    closed_date = serializers.DateField(source="account.closed_date", allow_null=True)
    currency = serializers.CharField()
    balance = AmountField(minor="balance_minor", help_text="Positive is owed, negative is credit.")
    overdue = AmountField(minor="overdue_minor", help_text="The part of the balance whose day has passed.")
    due_date = serializers.DateField(allow_null=True, help_text="The earliest day of what is owed; null: nothing is.")
    latest_bill = LatestBillOut(allow_null=True)
    latest_payment = LatestPaymentOut(allow_null=True)
