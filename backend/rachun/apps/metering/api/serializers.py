"""What goes in and out of the metering operations."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out, several
from rachun.apps.metering.models import HeldReading, Reading, ReadingRule
from rachun.apps.metering.services import FORMATS, METHODS
from rachun.engine.usage.validation import CHECKS, IMPOSSIBLE

ENCODINGS = ("utf-8", "utf-16", "cp1251", "cp1250", "cp866")
ACTIONS = ("ACCEPT", "HOLD", "REFUSE")
QUANTITY: dict[str, Any] = {"max_digits": 18, "decimal_places": 6}


class RegisterOut(Out):
    id = serializers.UUIDField()
    meter_id = serializers.UUIDField()
    code = serializers.CharField()
    obis = serializers.CharField()
    unit = serializers.CharField()
    digits = serializers.IntegerField()
    multiplier = serializers.DecimalField(max_digits=12, decimal_places=6)


class InstallationOut(Out):
    id = serializers.UUIDField()
    meter_id = serializers.UUIDField()
    service_point_id = serializers.UUIDField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class MeterOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField()
    serial = serializers.CharField()
    model = serializers.CharField()
    verified_until = serializers.DateField(allow_null=True)
    registers = RegisterOut(many=True)
    installations = InstallationOut(many=True)


class ReadingOut(Out):
    id = serializers.UUIDField()
    register_id = serializers.UUIDField()
    meter_serial = serializers.CharField(source="register.meter.serial")
    register = serializers.CharField(source="register.code")
    boundary_date = serializers.DateField(help_text="The day that this value opens.")
    read_at = serializers.DateTimeField(allow_null=True)
    value = serializers.DecimalField(**QUANTITY)
    kind = serializers.ChoiceField(choices=Reading.Kind.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # where it came from, not DRF's source
    verdict = serializers.CharField()
    checks = serializers.ListField(child=serializers.ChoiceField(choices=CHECKS), help_text="Checks it did not pass.")
    recorded_at = serializers.DateTimeField()
    superseded_at = serializers.DateTimeField(allow_null=True)


class IntervalDayOut(Out):
    id = serializers.UUIDField()
    register_id = serializers.UUIDField()
    day = serializers.DateField()
    interval_s = serializers.IntegerField()
    quantities_micro = serializers.ListField(
        child=serializers.IntegerField(allow_null=True), help_text="Millionths of the register's unit."
    )
    source = serializers.CharField()  # type: ignore[assignment]  # where it came from, not DRF's source


class RegisterIn(In):
    code = serializers.CharField(max_length=20)
    obis = serializers.CharField(max_length=20, default="", allow_blank=True)
    unit = serializers.CharField(max_length=20)
    digits = serializers.IntegerField(min_value=1, max_value=11)
    multiplier = serializers.DecimalField(max_digits=12, decimal_places=6, default=Decimal(1), min_value=0)


class MeterIn(In):
    branch_id = serializers.UUIDField()
    serial = serializers.CharField(max_length=40)
    model = serializers.CharField(max_length=80, default="", allow_blank=True)
    verified_until = serializers.DateField(allow_null=True, default=None)
    registers = several(RegisterIn, most=8)


class RegisterValueIn(In):
    register = serializers.CharField(max_length=20)
    value = serializers.DecimalField(**QUANTITY)


class InstallationIn(In):
    service_point_id = serializers.UUIDField()
    installed_date = serializers.DateField(help_text="The first day; the values open it.")
    readings = several(RegisterValueIn, most=8)


class RemovalIn(In):
    removed_date = serializers.DateField(help_text="The first day without the meter; the values open it.")
    readings = several(RegisterValueIn, most=8)


class ExchangeIn(In):
    new_meter_id = serializers.UUIDField()
    exchange_date = serializers.DateField(help_text="The first day of the new meter.")
    closing = several(RegisterValueIn, most=8)
    opening = several(RegisterValueIn, most=8)


class ReadingIn(In):
    meter_id = serializers.UUIDField()
    register = serializers.CharField(max_length=20)
    read_date = serializers.DateField(help_text="The value at the end of this day.")
    value = serializers.DecimalField(**QUANTITY)
    kind = serializers.ChoiceField(choices=Reading.Kind.choices)


class ReadingImportIn(In):
    legal_entity_id = serializers.UUIDField()
    file = serializers.FileField(max_length=200)
    format = serializers.ChoiceField(choices=FORMATS, default="readings")
    encoding = serializers.ChoiceField(choices=ENCODINGS, allow_null=True, default=None)
    meter_serial = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="For a file that names no meter of ours."
    )
    register = serializers.CharField(
        max_length=20, default="", allow_blank=True, help_text="For interval series; empty: the meter's only register."
    )
    dry_run = serializers.BooleanField(default=False, help_text="Say what would happen and change nothing.")


class EstimationStepIn(In):
    method = serializers.ChoiceField(choices=METHODS)
    periods = serializers.IntegerField(
        required=False, min_value=1, max_value=36, help_text="LAST_PERIODS: how many of the latest measured spans."
    )
    attribute = serializers.CharField(
        required=False, max_length=40, help_text="NORM_PER_MEMBER: the attribute of the agreement that counts members."
    )
    norms = serializers.DictField(
        child=serializers.CharField(max_length=20),
        required=False,
        help_text="NORM_PER_MEMBER: quantity of a member and month by register; * is every register.",
    )


class EstimationRuleIn(In):
    service_id = serializers.UUIDField()
    branch_id = serializers.UUIDField(
        allow_null=True, default=None, help_text="Null: every branch that has no rule of its own."
    )
    steps = several(EstimationStepIn, most=5, allow_empty=False)
    max_days = serializers.IntegerField(min_value=1, max_value=1000)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, default=None)
    source_document = serializers.CharField(max_length=300)


class EstimationRuleOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField(allow_null=True)
    service_id = serializers.UUIDField()
    steps = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField()),
        help_text="In order; the first that has enough to stand on answers.",
    )
    max_days = serializers.IntegerField(help_text="So many days since the latest reading are estimated at most.")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source_document = serializers.CharField()


class ReadingCheckOut(Out):
    """What would become of the reading. Quantities are those of the dial, without its multiplier."""

    action = serializers.ChoiceField(choices=ACTIONS)
    checks = serializers.ListField(child=serializers.ChoiceField(choices=CHECKS), help_text="Those it did not pass.")
    previous_value = serializers.DecimalField(**QUANTITY, allow_null=True)
    previous_date = serializers.DateField(allow_null=True, help_text="The day that the previous value opens.")
    used = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    usual = serializers.DecimalField(
        max_digits=24, decimal_places=6, allow_null=True, help_text="Used in usual_days: last year's season, or always."
    )
    usual_days = serializers.IntegerField(allow_null=True)


class RegisterToReadOut(Out):
    """A register, where it stands, and what was read. Values are those of the dial."""

    register_id = serializers.UUIDField(source="id")
    meter_id = serializers.UUIDField()
    meter_serial = serializers.CharField(source="meter.serial")
    register = serializers.CharField(source="code")
    unit = serializers.CharField()
    digits = serializers.IntegerField()
    branch_id = serializers.UUIDField(source="meter.branch_id")
    service_code = serializers.CharField()
    service_point_code = serializers.CharField(source="point_code")
    settlement = serializers.CharField()
    street = serializers.CharField()
    building = serializers.CharField()
    flat = serializers.CharField()
    account_id = serializers.UUIDField(allow_null=True, help_text="Null when nobody is served there on that day.")
    account_number = serializers.CharField(allow_null=True)
    holder = serializers.CharField(allow_null=True)
    previous_value = serializers.DecimalField(**QUANTITY, allow_null=True)
    previous_date = serializers.DateField(allow_null=True, help_text="The day that the previous value opens.")
    value = serializers.DecimalField(**QUANTITY, allow_null=True, help_text="Read for this day; null until it is.")
    kind = serializers.ChoiceField(choices=Reading.Kind.choices, allow_null=True)
    is_held = serializers.BooleanField(help_text="A reading for this day waits for somebody to look at it.")


class HeldReadingOut(Out):
    id = serializers.UUIDField()
    meter_id = serializers.UUIDField(source="register.meter_id")
    meter_serial = serializers.CharField(source="register.meter.serial")
    register = serializers.CharField(source="register.code")
    unit = serializers.CharField(source="register.unit")
    boundary_date = serializers.DateField(help_text="The day that this value opens.")
    value = serializers.DecimalField(**QUANTITY)
    kind = serializers.ChoiceField(choices=Reading.Kind.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # where it came from, not DRF's source
    verdict = serializers.CharField()
    checks = serializers.ListField(child=serializers.ChoiceField(choices=CHECKS))
    recorded_at = serializers.DateTimeField()
    decision = serializers.ChoiceField(choices=HeldReading.Decision.choices, allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class DecisionIn(In):
    reason = serializers.CharField(max_length=200)


class CheckRuleIn(In):
    check = serializers.ChoiceField(choices=[name for name in CHECKS if name not in IMPOSSIBLE])
    action = serializers.ChoiceField(choices=ACTIONS)
    percent = serializers.IntegerField(
        min_value=0, max_value=100_000, default=0, help_text="HIGH, LOW: of the usual daily use; SPIKE: of the highest."
    )
    days = serializers.IntegerField(
        min_value=0, max_value=3660, default=0, help_text="ZERO: at least; STALE: more than."
    )


class ReadingRuleIn(In):
    legal_entity_id = serializers.UUIDField()
    rule_source = serializers.ChoiceField(choices=ReadingRule.Source.choices)
    checks = several(CheckRuleIn, most=20)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, default=None)


class ReadingRuleOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    rule_source = serializers.ChoiceField(choices=ReadingRule.Source.choices, source="source")
    checks = serializers.DictField(child=serializers.JSONField(), help_text="Check → action, percent, days.")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
