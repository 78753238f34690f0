from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import In, Out, several
from rachun.apps.billing.api.explanation_serializers import ExplanationStepOut
from rachun.apps.billing.api.serializers import LANGUAGES

ROWS_MAX = 200


class QuantityField(serializers.DecimalField):
    def __init__(self, **options: object) -> None:
        super().__init__(max_digits=18, decimal_places=6, min_value=0, **options)  # type: ignore[arg-type]


class QuotedConsumptionIn(In):
    register = serializers.CharField(max_length=20)
    quantity = QuantityField()


class QuotedCallsIn(In):
    component = serializers.CharField(max_length=40)
    destination = serializers.CharField(max_length=100)
    minutes = QuantityField()
    calls = serializers.IntegerField(min_value=1, max_value=10_000_000)
    amount = QuantityField(help_text="What the calls cost by the destination table.")


class QuotedDeliveryIn(In):
    item = serializers.CharField(max_length=40)
    performed_on = serializers.DateField()
    quantity = QuantityField()


class QuoteIn(In):
    """Without consumption, calls or deliveries the agreement's own of the period are priced."""

    tariff_version_id = serializers.UUIDField(default=None, allow_null=True)
    tariff = serializers.DictField(
        child=serializers.JSONField(), default=None, allow_null=True, help_text="A draft by the tariff version schema."
    )
    agreement_id = serializers.UUIDField(default=None, allow_null=True)
    legal_entity_id = serializers.UUIDField(default=None, allow_null=True)
    period_from = serializers.DateField()
    period_to = serializers.DateField(help_text="The first day that no longer belongs.")
    service_from = serializers.DateField(default=None, allow_null=True)
    service_to = serializers.DateField(default=None, allow_null=True)
    consumption = several(QuotedConsumptionIn, most=ROWS_MAX, default=None, allow_null=True)
    calls = several(QuotedCallsIn, most=ROWS_MAX, default=None, allow_null=True)
    deliveries = several(QuotedDeliveryIn, most=ROWS_MAX, default=None, allow_null=True)
    attributes = serializers.DictField(child=QuantityField(), default=dict, help_text="Such as members or kW.")
    language = serializers.ChoiceField(choices=LANGUAGES, default="en")


class QuoteLineOut(Out):
    line_no = serializers.IntegerField()
    component = serializers.CharField()
    kind = serializers.CharField()
    register = serializers.CharField(allow_blank=True)
    block_no = serializers.IntegerField(allow_null=True)
    description = serializers.CharField()
    service_from = serializers.DateField()
    service_to = serializers.DateField()
    quantity = serializers.CharField()
    unit_price = serializers.CharField()
    net = AmountField(minor="net_minor")
    tax = AmountField(minor="tax_minor")
    gross = AmountField(minor="gross_minor")
    steps = ExplanationStepOut(many=True)


class QuoteOut(Out):
    currency = serializers.CharField()
    net = AmountField(minor="net_minor")
    tax = AmountField(minor="tax_minor")
    gross = AmountField(minor="gross_minor")
    lines = QuoteLineOut(many=True)
