"""Use cases and building blocks of usage."""

from rachun.apps.usage.services.mark_billed import mark_billed
from rachun.apps.usage.services.sources import SourceFacts, create_source
from rachun.apps.usage.services.take_batch import close_batch, open_batch, store_records
from rachun.apps.usage.services.take_keys import KeyTaker

__all__ = ["KeyTaker", "SourceFacts", "close_batch", "create_source", "mark_billed", "open_batch", "store_records"]
