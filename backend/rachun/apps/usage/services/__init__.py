"""Use cases and building blocks of usage."""

from rachun.apps.usage.services.mark_billed import mark_billed

__all__ = ["mark_billed"]
