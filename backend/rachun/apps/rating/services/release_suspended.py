"""Suspended usage, tried again after somebody repaired what it waited for."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import Q

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.rating.pricing import price_records
from rachun.apps.rating.records import conform
from rachun.apps.rating.services.settle_bundles import settle_bundles
from rachun.apps.usage.models import UsageRecord, UsageSource
from rachun.values.quantity import MICRO

CHUNK = 20_000
_RELEASE = """
UPDATE usage_usagerecord r
   SET state = n.state, reason = n.reason, agreement_id = n.agreement_id, component = n.component, caller = n.caller,
       called = n.called, destination = n.destination, prefix = n.prefix, billed_s = n.billed_s,
       amount_micro = n.amount_micro, recorded_at = CASE WHEN n.state = 'SUSPENDED' THEN r.recorded_at ELSE %s END
  FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[],
              %s::text[], %s::text[], %s::int[], %s::bigint[])
    AS n (load_key, record_no, state, reason, agreement_id, component, caller, called, destination, prefix,
          billed_s, amount_micro)
 WHERE r.load_key = n.load_key AND r.record_no = n.record_no AND r.state = 'SUSPENDED'
"""
_ORDER = ("load_key", "record_no", "state", "reason", "agreement_id", "component", "caller", "called")
_COLUMNS = (*_ORDER, "destination", "prefix", "billed_s", "amount_micro")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The record after which to go on, in the order of the primary key."""

    load_key: UUID
    record_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    tried: int
    released: int
    place: Place | None


def release_suspended(
    *, source: UsageSource, reason: str, after: Place | None, released_at: datetime, chunk: int = CHUNK
) -> Released:
    """Guide and price the next suspended records of a source anew; `reason` narrows them, empty takes all.

    What is rated now counts as recorded now, so a run that was calculated before does not mark it billed. place is
    None when nothing is left. One transaction a chunk; trying a chunk again finds what it released before no more.
    """
    assert_in_transaction()
    rows = waiting(source=source, reason=reason, after=after, chunk=chunk)
    if rows.is_empty():
        return Released(tried=0, released=0, place=None)
    priced = price_records(source=source, records=rows.drop("was"))
    changed = priced.filter((pl.col("state") != "SUSPENDED") | (pl.col("reason") != rows["was"]))
    store(changed, released_at=released_at)
    records = UsageRecord.objects.filter(
        load_key__in=changed["load_key"].unique().to_list(), source=source, recorded_at=released_at
    )
    settle_bundles(legal_entity_id=source.legal_entity_id, records=records)
    released = changed.filter(pl.col("state") != "SUSPENDED").height
    record_audit(
        operation="releaseUsageRecords",
        object_kind="usage_source",
        object_id=source.id,
        legal_entity_id=source.legal_entity_id,
        after={"tried": rows.height, "released": released, "reason": reason},
    )
    latest = Place(load_key=UUID(rows["load_key"][-1]), record_no=rows["record_no"][-1])
    return Released(tried=rows.height, released=released, place=latest)


def waiting(*, source: UsageSource, reason: str, after: Place | None, chunk: int) -> pl.DataFrame:
    """Columns of RECORDS with load_key, record_no and `was`, the reason until now; locked."""
    found = UsageRecord.objects.filter(source=source, state=UsageRecord.State.SUSPENDED)
    if reason:
        found = found.filter(reason=reason)
    if after is not None:
        same_batch = Q(load_key=after.load_key, record_no__gt=after.record_no)
        found = found.filter(Q(load_key__gt=after.load_key) | same_batch)
    records = list(found.order_by("load_key", "record_no").select_for_update()[:chunk])
    is_delivery = source.kind == UsageSource.Kind.DELIVERIES
    rows = [delivery_of(record) if is_delivery else call_of(record) for record in records]
    known = {
        "load_key": [str(record.load_key) for record in records],
        "record_no": [record.record_no for record in records],
        "was": [record.reason for record in records],
    }
    schema = {"load_key": pl.String, "record_no": pl.Int64, "was": pl.String}
    frame = pl.DataFrame(rows) if rows else pl.DataFrame()
    return conform(frame).hstack(pl.DataFrame(known, schema=schema))


def call_of(record: UsageRecord) -> dict[str, object]:
    return {
        "row_no": record.record_no,
        "caller": record.caller,
        "called": record.called,
        "started_at": record.occurred_at,
        "usage_date": record.usage_date,
        "duration_s": record.duration_s,
        "billable_s": record.quantity_micro // MICRO,
        "answered": True,  # unanswered calls are unbillable and never wait
        "quantity_micro": record.quantity_micro,
    }


def delivery_of(record: UsageRecord) -> dict[str, object]:
    told = json.loads(record.raw)
    return {
        "row_no": record.record_no,
        "started_at": record.occurred_at,
        "usage_date": record.usage_date,
        "account": told["account"],
        "service": told["service"],
        "unit": told["unit"],
        "item": record.item,
        "quantity_micro": record.quantity_micro,
    }


def store(changed: pl.DataFrame, *, released_at: datetime) -> None:
    if changed.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [released_at, *(changed[name].to_list() for name in _COLUMNS)])
