"""Use cases and building blocks of usage."""

from rachun.apps.usage.services.mark_billed import mark_billed
from rachun.apps.usage.services.priced_runs import keep_priced
from rachun.apps.usage.services.sources import SourceFacts, create_source
from rachun.apps.usage.services.take_batch import close_batch, encode_records, open_batch, store_records
from rachun.apps.usage.services.take_bundles import lock_bundles, take_of_bundles
from rachun.apps.usage.services.take_keys import KeyedRecords, KeyTaker, key_records

__all__ = [
    "KeyTaker",
    "KeyedRecords",
    "SourceFacts",
    "close_batch",
    "create_source",
    "encode_records",
    "keep_priced",
    "key_records",
    "lock_bundles",
    "mark_billed",
    "open_batch",
    "store_records",
    "take_of_bundles",
]
