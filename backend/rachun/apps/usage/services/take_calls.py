"""Calls that come by themselves: keys, a batch that grows, records.

Note [The batch that grows]
What a source sends call by call within a calendar month (UTC) is one batch, whose id follows from both, so two servers
make the same one. Its records lie in a leaf of its own, written row by row; its counts grow with them. The row of the
batch is what the writers of a source queue for, so it is taken last, when everything else is ready.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction

from rachun.apps.base.prepared import array, ask_prepared, send_prepared, together
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import UsageBatch, UsageSource
from rachun.apps.usage.services.take_keys import KEY_BYTES, SECOND_BYTES, SECONDS_MAX

_TAKE = """
INSERT INTO usage_usagekey (source_id, key_hash, occurrence, load_key, record_no)
SELECT %s::uuid, n.key_hash, 1, %s::uuid, nextval('usage_call_no')
  FROM (SELECT key_hash FROM unnest(%s::uuid[]) AS k (key_hash) ORDER BY key_hash) n
ON CONFLICT DO NOTHING RETURNING key_hash, record_no
"""
_GROW = """
UPDATE usage_usagebatch b SET record_count = record_count + %s, added_count = added_count + %s WHERE b.id = %s
RETURNING EXISTS (SELECT FROM usage_pricingrun r WHERE r.source_id = b.source_id)
"""
_STORE = """
INSERT INTO usage_usagerecord
       (load_key, record_no, source_id, kind, state, reason, agreement_id, component, occurred_at, usage_date, caller,
        called, duration_s, item, quantity_micro, destination, prefix, billed_s, amount_micro, document, raw,
        recorded_at)
SELECT %s::uuid, n.record_no, %s::uuid, 'CALLS', n.state, n.reason, n.agreement_id, n.component,
       n.occurred_at, n.usage_date, n.caller, n.called, n.duration_s, '', n.quantity_micro, n.destination, n.prefix,
       n.billed_s, n.amount_micro, '', n.raw, %s::timestamptz
  FROM unnest(%s::int[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::timestamptz[], %s::date[], %s::text[],
              %s::text[], %s::int[], %s::bigint[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::text[])
    AS n (record_no, state, reason, agreement_id, component, occurred_at, usage_date, caller, called, duration_s,
          quantity_micro, destination, prefix, billed_s, amount_micro, raw)
"""
_begun: set[UUID] = set()  # batches that this process knows to be there


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What is kept of a call; fields in the order of _STORE."""

    record_no: int
    state: str
    reason: str
    agreement_id: UUID | None
    component: str
    occurred_at: datetime
    usage_date: date
    caller: str
    called: str
    duration_s: int
    quantity_micro: int
    destination: str
    prefix: str
    billed_s: int
    amount_micro: int | None
    raw: str


def growing_batch_id(*, source_id: UUID, at: datetime) -> UUID:
    """Note [The batch that grows]"""
    return UUID(bytes=sha256(f"calls one by one:{source_id}:{at:%Y-%m}".encode()).digest()[:16])


def call_key(*, record_key: str, keyed_at: datetime | None) -> UUID:
    """The key of one record, as key_bytes makes those of a file. Note [Keys in the order of time]"""
    digest = sha256(record_key.encode()).digest()[:KEY_BYTES]
    second = -1 if keyed_at is None else int(keyed_at.timestamp() // 1)
    if 0 <= second <= SECONDS_MAX:
        digest = second.to_bytes(SECOND_BYTES, "big") + digest[SECOND_BYTES:]
    return UUID(bytes=digest)


def take_call_keys(*, source_id: UUID, batch_id: UUID, keys: Sequence[UUID]) -> Callable[[], dict[UUID, int]]:
    """Those that nobody took before, each with the number of its record; they are the batch's from now on.

    Taken in one order, so two writers never wait for each other. Note [One way there and back]
    """
    assert_in_transaction()
    taken = ask_prepared(_TAKE, [source_id, batch_id, array(keys)])
    return lambda: dict(taken())


def store_calls(*, source: UsageSource, batch_id: UUID, records: Sequence[CallRecord], at: datetime) -> bool:
    """Keep calls whose keys were taken, and let their batch grow by them; whether the source has priced runs."""
    assert_in_transaction()
    columns = [array(getattr(record, name) for record in records) for name in CallRecord.__slots__]
    count = len(records)
    if batch_id not in _begun:
        _begin(source=source, batch_id=batch_id, at=at)
    with together():
        send_prepared(_STORE, [batch_id, source.id, at, *columns])
        grown = ask_prepared(_GROW, [count, count, batch_id])
    [(has_runs,)] = grown()
    return bool(has_runs)


def _begin(*, source: UsageSource, batch_id: UUID, at: datetime) -> None:
    """The row and the leaf of a batch; whoever comes second finds both."""
    batch = UsageBatch(
        id=batch_id,
        legal_entity_id=source.legal_entity_id,
        source=source,
        name=f"{at:%Y-%m}",
        sha256=batch_id.hex * 2,
        state=UsageBatch.State.LOADED,
        received_at=at,
    )
    UsageBatch.objects.bulk_create([batch], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ensure_live_usage(%s)", [batch_id])
    transaction.on_commit(lambda: _begun.add(batch_id))
