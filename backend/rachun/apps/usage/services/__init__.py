"""Use cases and building blocks of usage."""

from rachun.apps.usage.services.mark_billed import mark_billed
from rachun.apps.usage.services.priced_runs import keep_priced
from rachun.apps.usage.services.sources import SourceFacts, create_source
from rachun.apps.usage.services.take_batch import close_batch, open_batch, store_records, take_keys
from rachun.apps.usage.services.take_bundles import lock_bundles, take_of_bundles

__all__ = [
    "SourceFacts",
    "close_batch",
    "create_source",
    "keep_priced",
    "lock_bundles",
    "mark_billed",
    "open_batch",
    "store_records",
    "take_keys",
    "take_of_bundles",
]
