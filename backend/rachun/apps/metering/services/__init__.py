"""Use cases and building blocks of metering."""

from rachun.apps.metering.services.common_meters import (
    Member,
    NewCommonMeter,
    create_common_meter,
    end_common_meter,
)
from rachun.apps.metering.services.estimates import (
    METHODS,
    BilledEstimate,
    NewEstimationRule,
    add_estimation_rule,
    end_estimation_rule,
    keep_billed_estimates,
)
from rachun.apps.metering.services.meters import (
    RegisterFacts,
    exchange_meter,
    install_meter,
    register_meter,
    remove_meter,
    take_imported_meter,
)
from rachun.apps.metering.services.read_files import FORMATS, MeterFile, MeterRows, read_meter_file
from rachun.apps.metering.services.reading_rules import NewReadingRule, add_reading_rule, end_reading_rule
from rachun.apps.metering.services.record_intervals import IntervalRow, IntervalsRecorded, record_intervals
from rachun.apps.metering.services.record_readings import ReadingRow, Recorded, Trust, record_readings
from rachun.apps.metering.services.review_readings import (
    ReadingCheck,
    accept_held_reading,
    check_reading,
    refuse_held_reading,
)
from rachun.apps.metering.services.tell_registers import tell_registers

__all__ = [
    "FORMATS",
    "METHODS",
    "BilledEstimate",
    "IntervalRow",
    "IntervalsRecorded",
    "Member",
    "MeterFile",
    "MeterRows",
    "NewCommonMeter",
    "NewEstimationRule",
    "NewReadingRule",
    "ReadingCheck",
    "ReadingRow",
    "Recorded",
    "RegisterFacts",
    "Trust",
    "accept_held_reading",
    "add_estimation_rule",
    "add_reading_rule",
    "check_reading",
    "create_common_meter",
    "end_common_meter",
    "end_estimation_rule",
    "end_reading_rule",
    "exchange_meter",
    "install_meter",
    "keep_billed_estimates",
    "read_meter_file",
    "record_intervals",
    "record_readings",
    "refuse_held_reading",
    "register_meter",
    "remove_meter",
    "take_imported_meter",
    "tell_registers",
]
