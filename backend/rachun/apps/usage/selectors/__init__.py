"""Reads of usage."""

from rachun.apps.usage.selectors.billable import count_usage_by_state, list_billable_deliveries, list_billable_usage
from rachun.apps.usage.selectors.known_calls import find_known_calls
from rachun.apps.usage.selectors.lists import get_source, list_batches, list_records, list_sources
from rachun.apps.usage.selectors.run_prices import find_run_prices

__all__ = [
    "count_usage_by_state",
    "find_known_calls",
    "find_run_prices",
    "get_source",
    "list_batches",
    "list_billable_deliveries",
    "list_billable_usage",
    "list_records",
    "list_sources",
]
