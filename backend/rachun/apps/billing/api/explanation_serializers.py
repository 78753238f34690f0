from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import Out
from rachun.engine.explain.bridge import Effect

EFFECTS = [(effect.value, effect.value) for effect in Effect]


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


class BridgeEffectOut(Out):
    effect = serializers.ChoiceField(choices=EFFECTS)
    text = serializers.CharField(help_text="The effect's name in the language of the explanation.")
    amount = AmountField(minor="amount_minor")


class BridgePartOut(Out):
    agreement_id = serializers.CharField()
    component = serializers.CharField()
    register = serializers.CharField(allow_blank=True)
    description = serializers.CharField()
    text = serializers.CharField(help_text="What changed, as a sentence.")
    before = AmountField(minor="before_minor")
    now = AmountField(minor="now_minor")
    effects = BridgeEffectOut(many=True)


class BridgeOut(Out):
    """Effects sum to the difference, of the bill and of each part."""

    previous_bill_id = serializers.UUIDField()
    previous_number = serializers.CharField()
    before = AmountField(minor="before_minor")
    now = AmountField(minor="now_minor")
    difference = AmountField(minor="difference_minor")
    effects = BridgeEffectOut(many=True)
    parts = BridgePartOut(many=True)


class BillExplanationOut(Out):
    bill_id = serializers.UUIDField()
    number = serializers.CharField()
    language = serializers.CharField()
    currency = serializers.CharField()
    gross = AmountField(minor="gross_minor")
    lines = LineExplanationOut(many=True)
    bridge = BridgeOut(allow_null=True, help_text="Against the account's bill before; null for a first bill.")
