"""Use cases and building blocks of usage."""

from rachun.apps.usage.services.fill_table import BatchTable, drop_forsaken
from rachun.apps.usage.services.hold_usage import UsageChanged, hold_usage, mark_billed, release_usage
from rachun.apps.usage.services.priced_runs import keep_priced
from rachun.apps.usage.services.seal_usage import await_seals, lock_calls, seal_usage
from rachun.apps.usage.services.sources import SourceFacts, create_source
from rachun.apps.usage.services.take_batch import close_batch, encode_records, open_batch
from rachun.apps.usage.services.take_bundles import lock_bundles, take_of_bundles
from rachun.apps.usage.services.take_calls import (
    CallRecord,
    call_key,
    growing_batch_id,
    store_calls,
    take_call_keys,
)
from rachun.apps.usage.services.take_keys import KeyedRecords, KeyTaker

__all__ = [
    "BatchTable",
    "CallRecord",
    "KeyTaker",
    "KeyedRecords",
    "SourceFacts",
    "UsageChanged",
    "await_seals",
    "call_key",
    "close_batch",
    "create_source",
    "drop_forsaken",
    "encode_records",
    "growing_batch_id",
    "hold_usage",
    "keep_priced",
    "lock_bundles",
    "lock_calls",
    "mark_billed",
    "open_batch",
    "release_usage",
    "seal_usage",
    "store_calls",
    "take_call_keys",
    "take_of_bundles",
]
