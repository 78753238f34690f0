from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import In, Out


class AccountBalanceOut(Out):
    account_id = serializers.UUIDField()
    balance = AmountField(minor="balance_minor", help_text="Positive is owed, negative is credit.")
    overdue = AmountField(minor="overdue_minor", help_text="The part of it that should have been paid by now.")
    overdue_since = serializers.DateField(allow_null=True, help_text="The earliest of the days that have passed.")
    currency = serializers.CharField()


class StatementIn(In):
    start = serializers.DateField()
    end = serializers.DateField(help_text="The first day that no longer counts.")


class StatementLineOut(Out):
    accounting_date = serializers.DateField()
    source_kind = serializers.CharField()
    source_id = serializers.UUIDField()
    amount = AmountField(minor="amount_minor")
    balance = AmountField(minor="balance_minor")


class StatementOut(Out):
    account_id = serializers.UUIDField()
    currency = serializers.CharField()
    opening = AmountField(minor="opening_minor")
    lines = StatementLineOut(many=True)
    closing = AmountField(minor="closing_minor")
