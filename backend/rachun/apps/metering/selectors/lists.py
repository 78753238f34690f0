"""Meters and what they showed, as an operator looks through them."""

from uuid import UUID

from django.db.models import F, Prefetch, QuerySet

from rachun.apps.base.errors import NotFound
from rachun.apps.identity.scope import Scope
from rachun.apps.metering.models import (
    CommonMeter,
    CommonMeterMember,
    EstimationRule,
    HeldReading,
    Installation,
    IntervalDay,
    Meter,
    Reading,
    ReadingRule,
    Register,
)


def list_meters(*, scope: Scope) -> QuerySet[Meter]:
    """By serial number, with registers and the installations in force."""
    standing = Installation.objects.filter(superseded_at__isnull=True).order_by("valid_from")
    registers = Prefetch("registers", Register.objects.order_by("code"))
    found = Meter.objects.filter(scope.on()).prefetch_related(registers, Prefetch("installations", standing))
    return found.order_by("serial", "id")


def get_meter(*, scope: Scope, meter_id: UUID) -> Meter:
    """Raises NotFound, also for a meter outside the scope."""
    meter = list_meters(scope=scope).filter(id=meter_id).first()
    if meter is None:
        raise NotFound(meter_id=meter_id)
    return meter


def list_registers(*, scope: Scope) -> QuerySet[Register]:
    found = Register.objects.filter(scope.on("meter")).select_related("meter")
    return found.order_by("meter__serial", "code", "id")


def list_installations(*, scope: Scope) -> QuerySet[Installation]:
    """In force, newest first."""
    found = Installation.objects.filter(scope.on("meter"), superseded_at__isnull=True)
    return found.select_related("meter", "service_point").order_by("-valid_from", "id")


def list_readings(*, scope: Scope) -> QuerySet[Reading]:
    """Also superseded ones, newest first."""
    found = Reading.objects.filter(scope.on("register__meter")).select_related("register__meter")
    return found.order_by("-boundary_date", "register_id", "-recorded_at", "id")


def list_interval_days(*, scope: Scope) -> QuerySet[IntervalDay]:
    """In force, newest first."""
    found = IntervalDay.objects.filter(scope.on("register__meter"), superseded_at__isnull=True)
    return found.select_related("register__meter").order_by("-day", "register_id", "id")


def list_estimation_rules(*, scope: Scope) -> QuerySet[EstimationRule]:
    """In force, newest first. Rules belong to the services of whole legal entities, so every branch sees them."""
    found = EstimationRule.objects.filter(scope.on("service", has_branch=False), superseded_at__isnull=True)
    return found.order_by("service__position", "-valid_from", "id")


def list_held_readings(*, scope: Scope) -> QuerySet[HeldReading]:
    """The waiting ones in the order they came, then the decided ones."""
    found = HeldReading.objects.filter(scope.on("register__meter")).select_related("register__meter")
    return found.order_by(F("decided_at").asc(nulls_first=True), "recorded_at", "id")


def list_reading_rules(*, scope: Scope) -> QuerySet[ReadingRule]:
    """In force, by source, newest first."""
    found = ReadingRule.objects.filter(scope.on(has_branch=False), superseded_at__isnull=True)
    return found.order_by("source", "-valid_from", "id")


def list_common_meters(*, scope: Scope) -> QuerySet[CommonMeter]:
    """In force, by the code of the main point, newest first, with their members."""
    members = CommonMeterMember.objects.select_related("service_point").order_by("service_point__code", "id")
    found = CommonMeter.objects.filter(scope.on("main_point"), superseded_at__isnull=True)
    found = found.select_related("main_point__service")
    return found.prefetch_related(Prefetch("members", members)).order_by("main_point__code", "-valid_from", "id")
