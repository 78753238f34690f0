"""Reads of metering."""

from rachun.apps.metering.selectors.consumption import ConsumptionFrames, list_measured_consumption
from rachun.apps.metering.selectors.lists import (
    get_meter,
    list_common_meters,
    list_estimation_rules,
    list_held_readings,
    list_installations,
    list_interval_days,
    list_meters,
    list_reading_rules,
    list_readings,
    list_registers,
)
from rachun.apps.metering.selectors.reading_round import at_place, list_registers_to_read

__all__ = [
    "ConsumptionFrames",
    "at_place",
    "get_meter",
    "list_common_meters",
    "list_estimation_rules",
    "list_held_readings",
    "list_installations",
    "list_interval_days",
    "list_measured_consumption",
    "list_meters",
    "list_reading_rules",
    "list_readings",
    "list_registers",
    "list_registers_to_read",
]
