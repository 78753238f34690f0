from rest_framework import serializers

from rachun.apps.base.api.serializers import FieldProblemOut, In, Out
from rachun.apps.catalog.models import DestinationRate

CODE = r"^[A-Za-z][A-Za-z0-9_]{0,39}$"


class NamesField(serializers.DictField):
    """Name by language: uk, bs, en."""

    child = serializers.CharField(max_length=100)


class ServiceOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    code = serializers.CharField()
    names = NamesField()
    unit = serializers.CharField()
    position = serializers.IntegerField()


class NamesIn(In):
    uk = serializers.CharField(max_length=100)
    bs = serializers.CharField(max_length=100)
    en = serializers.CharField(max_length=100)


class ServiceIn(In):
    legal_entity_id = serializers.UUIDField()
    code = serializers.RegexField(CODE)
    names = NamesIn()
    unit = serializers.CharField(max_length=20, allow_blank=True, default="")
    position = serializers.IntegerField(min_value=1, max_value=1000)


class TariffPlanOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    service_id = serializers.UUIDField()
    service_code = serializers.CharField(source="service.code")
    code = serializers.CharField()
    names = NamesField()


class TariffPlanIn(In):
    service_id = serializers.UUIDField()
    code = serializers.RegexField(CODE)
    names = NamesIn()


class TariffVersionOut(Out):
    id = serializers.UUIDField()
    plan_id = serializers.UUIDField()
    plan_code = serializers.CharField(source="plan.code")
    valid_from = serializers.DateField()
    body = serializers.DictField(child=serializers.JSONField(), help_text="Components by the tariff version schema.")
    approved_by = serializers.CharField()
    source_document = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class TariffVersionIn(In):
    plan_id = serializers.UUIDField()
    valid_from = serializers.DateField()
    body = serializers.DictField(child=serializers.JSONField(), help_text="Components by the tariff version schema.")
    approved_by = serializers.CharField(max_length=200)
    source_document = serializers.CharField(max_length=300)


class TariffVersionAddedOut(TariffVersionOut):
    """The version as it was added, and what its writer should look at again."""

    warnings = FieldProblemOut(many=True)


class TariffCheckIn(In):
    plan_id = serializers.UUIDField()
    valid_from = serializers.DateField()
    body = serializers.DictField(child=serializers.JSONField(), help_text="Components by the tariff version schema.")


class TariffVerdictOut(Out):
    """errors: why addTariffVersion would refuse it. warnings: what it would take as it is."""

    can_be_added = serializers.BooleanField()
    errors = FieldProblemOut(many=True)  # type: ignore[assignment]  # what is wrong, as RFC 9457 problems name it
    warnings = FieldProblemOut(many=True)


class TimeBandOut(Out):
    """Empty lists match every year, month, day of the month or weekday (1 = Monday)."""

    code = serializers.CharField()
    starts_at = serializers.TimeField()
    years = serializers.ListField(child=serializers.IntegerField())
    months = serializers.ListField(child=serializers.IntegerField())
    monthdays = serializers.ListField(child=serializers.IntegerField())
    weekdays = serializers.ListField(child=serializers.IntegerField())


class DestinationTableOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    code = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    measures_time = serializers.BooleanField()
    keeps_band = serializers.BooleanField()
    bands = TimeBandOut(many=True, source="bands.all")


class DestinationTableIn(In):
    legal_entity_id = serializers.UUIDField()
    code = serializers.RegexField(CODE)


class RateStepOut(Out):
    from_s = serializers.IntegerField()
    price = serializers.DecimalField(max_digits=17, decimal_places=8)
    per = serializers.IntegerField()
    increment = serializers.IntegerField()


class DestinationRateOut(Out):
    id = serializers.UUIDField()
    table_code = serializers.CharField(source="table.code")
    prefix = serializers.CharField()
    destination = serializers.CharField()
    price_per_minute = serializers.DecimalField(max_digits=17, decimal_places=8)
    connection_fee = serializers.DecimalField(max_digits=17, decimal_places=8)
    first_interval_s = serializers.IntegerField()
    increment_s = serializers.IntegerField()
    band = serializers.CharField()
    weight = serializers.IntegerField()
    steps = RateStepOut(many=True, allow_null=True)
    rounding = serializers.ChoiceField(choices=DestinationRate.Rounding.choices)
    decimals = serializers.IntegerField()
    minimum_s = serializers.IntegerField()
    minimum_charge = serializers.DecimalField(max_digits=17, decimal_places=8)
    free_below_s = serializers.IntegerField()
    max_cost = serializers.DecimalField(max_digits=17, decimal_places=8, allow_null=True)
    max_cost_strategy = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
