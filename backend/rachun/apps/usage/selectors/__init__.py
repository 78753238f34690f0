"""Reads of usage."""

from rachun.apps.usage.selectors.billable import count_usage_by_state, list_billable_deliveries, list_billable_usage

__all__ = ["count_usage_by_state", "list_billable_deliveries", "list_billable_usage"]
