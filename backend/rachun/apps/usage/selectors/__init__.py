"""Reads of usage."""

from rachun.apps.usage.selectors.billable import BillableUsage, count_usage_by_state, list_billed_usage
from rachun.apps.usage.selectors.held_usage import (
    list_changed_usage,
    list_held_agreements,
    list_sealed_records,
)
from rachun.apps.usage.selectors.known_calls import find_known_calls
from rachun.apps.usage.selectors.lists import get_source, list_batches, list_records, list_sources
from rachun.apps.usage.selectors.run_prices import find_run_prices

__all__ = [
    "BillableUsage",
    "count_usage_by_state",
    "find_known_calls",
    "find_run_prices",
    "get_source",
    "list_batches",
    "list_billed_usage",
    "list_changed_usage",
    "list_held_agreements",
    "list_records",
    "list_sealed_records",
    "list_sources",
]
