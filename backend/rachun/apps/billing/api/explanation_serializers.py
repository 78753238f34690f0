from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import Out


class ExplanationStepOut(Out):
    code = serializers.CharField(help_text="Stable name of the step.")
    text = serializers.CharField(help_text="The step as a sentence in the language of the explanation.")
    facts = serializers.DictField(
        child=serializers.JSONField(allow_null=True), help_text="What the sentence is filled with, exact."
    )


class LineExplanationOut(Out):
    line_no = serializers.IntegerField()
    agreement_id = serializers.CharField()
    service_code = serializers.CharField()
    component = serializers.CharField()
    kind = serializers.CharField()
    description = serializers.CharField(help_text="The line's words on the bill.")
    net = AmountField(minor="net_minor")
    tax = AmountField(minor="tax_minor")
    gross = AmountField(minor="gross_minor")
    steps = ExplanationStepOut(many=True)
    agrees = serializers.BooleanField(help_text="Working the steps out gives exactly what was charged.")


class BillExplanationOut(Out):
    bill_id = serializers.UUIDField()
    number = serializers.CharField()
    language = serializers.CharField()
    currency = serializers.CharField()
    gross = AmountField(minor="gross_minor")
    lines = LineExplanationOut(many=True)
