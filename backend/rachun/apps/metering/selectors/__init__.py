"""Reads of metering."""

from rachun.apps.metering.selectors.consumption import ConsumptionFrames, list_measured_consumption

__all__ = ["ConsumptionFrames", "list_measured_consumption"]
