"""Filters of the metering lists."""

from datetime import date
from typing import Any
from uuid import UUID

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from rachun.apps.metering import selectors
from rachun.apps.metering.models import (
    CommonMeter,
    EstimationRule,
    HeldReading,
    Installation,
    IntervalDay,
    Meter,
    Reading,
    ReadingRule,
    Register,
)


class MeterFilter(filters.FilterSet):
    serial = filters.CharFilter(max_length=40)
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")

    class Meta:
        model = Meter
        fields = ("serial", "legal_entity_id", "branch_id")


class RegisterFilter(filters.FilterSet):
    meter_id = filters.UUIDFilter(field_name="meter_id")
    code = filters.CharFilter(max_length=20)

    class Meta:
        model = Register
        fields = ("meter_id", "code")


class InstallationFilter(filters.FilterSet):
    meter_id = filters.UUIDFilter(field_name="meter_id")
    service_point_id = filters.UUIDFilter(field_name="service_point_id")

    class Meta:
        model = Installation
        fields = ("meter_id", "service_point_id")


class ReadingFilter(filters.FilterSet):
    meter_id = filters.UUIDFilter(field_name="register__meter_id")
    register_id = filters.UUIDFilter(field_name="register_id")
    meter_serial = filters.CharFilter(field_name="register__meter__serial", max_length=40)
    kind = filters.ChoiceFilter(choices=Reading.Kind.choices)
    verdict = filters.CharFilter(max_length=40)
    from_date = filters.DateFilter(field_name="boundary_date", lookup_expr="gte")
    to_date = filters.DateFilter(field_name="boundary_date", lookup_expr="lte")
    is_superseded = filters.BooleanFilter(field_name="superseded_at", lookup_expr="isnull", exclude=True)
    account_id = filters.UUIDFilter(method="of_account", label="Of meters that stand or stood where it is served.")

    class Meta:
        model = Reading
        fields = (
            "account_id",
            "meter_id",
            "register_id",
            "meter_serial",
            "kind",
            "verdict",
            "from_date",
            "to_date",
            "is_superseded",
        )

    def of_account(self, queryset: QuerySet[Reading], _name: str, value: UUID) -> QuerySet[Reading]:
        there = Installation.objects.filter(service_point__agreements__account_id=value, superseded_at__isnull=True)
        return queryset.filter(register__meter_id__in=there.values("meter_id"))


class IntervalDayFilter(filters.FilterSet):
    meter_id = filters.UUIDFilter(field_name="register__meter_id")
    register_id = filters.UUIDFilter(field_name="register_id")
    from_date = filters.DateFilter(field_name="day", lookup_expr="gte")
    to_date = filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = IntervalDay
        fields = ("meter_id", "register_id", "from_date", "to_date")


class DatedFilter(filters.FilterSet):
    """Of rules: those that hold on a day."""

    on_date = filters.DateFilter(method="holding", label="In force on this day.")

    def holding(self, queryset: QuerySet[Any], _name: str, day: date) -> QuerySet[Any]:
        return queryset.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class EstimationRuleFilter(DatedFilter):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    service_id = filters.UUIDFilter(field_name="service_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")

    class Meta:
        model = EstimationRule
        fields = ("legal_entity_id", "service_id", "branch_id", "on_date")


class HeldReadingFilter(filters.FilterSet):
    meter_id = filters.UUIDFilter(field_name="register__meter_id")
    is_decided = filters.BooleanFilter(field_name="decided_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = HeldReading
        fields = ("meter_id", "is_decided")


class ReadingRuleFilter(DatedFilter):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    rule_source = filters.ChoiceFilter(field_name="source", choices=ReadingRule.Source.choices)

    class Meta:
        model = ReadingRule
        fields = ("legal_entity_id", "rule_source", "on_date")


class CommonMeterFilter(DatedFilter):
    method = filters.ChoiceFilter(choices=CommonMeter.Method.choices)
    main_point_id = filters.UUIDFilter(field_name="main_point_id")
    service_point_id = filters.UUIDFilter(field_name="members__service_point_id")

    class Meta:
        model = CommonMeter
        fields = ("method", "main_point_id", "service_point_id", "on_date")


class ReadingRoundFilter(filters.FilterSet):
    read_date = filters.DateFilter(method="kept", label="At the end of this day; without it, of today.")
    branch_id = filters.UUIDFilter(field_name="meter__branch_id")
    service_code = filters.CharFilter(max_length=40)
    search = filters.CharFilter(method="by_place", max_length=200, label="Part of an address or serial, or an account.")
    is_read = filters.BooleanFilter()

    class Meta:
        model = Register
        fields = ("read_date", "branch_id", "service_code", "search", "is_read")

    def filter_queryset(self, queryset: Any) -> Any:
        day: date = self.form.cleaned_data["read_date"] or timezone.localdate()
        return super().filter_queryset(selectors.list_registers_to_read(registers=queryset, day=day))

    def kept(self, queryset: QuerySet[Register], _name: str, _value: date) -> QuerySet[Register]:
        return queryset  # the day decides which registers stand: see filter_queryset

    def by_place(self, queryset: QuerySet[Register], _name: str, value: str) -> QuerySet[Register]:
        return selectors.at_place(found=queryset, text=value)
