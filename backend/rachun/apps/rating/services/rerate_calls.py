"""Billed calls, guided and priced once more from their raw lines: what the self-audit holds against the records.

A line is read again by its source's reader (`read_again.py`); one that the reader refuses now is itself a difference,
and the rest is worked out from the record's own fields. Guiding, rating and bundles are done again in either case. They
follow the price lists in force now: a price changed for days already billed is a difference until those calls are
corrected.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import polars as pl

from rachun.apps.rating.pricing import price_records
from rachun.apps.rating.services.read_again import read_again
from rachun.apps.rating.services.settle_bundles import replay_bundles
from rachun.apps.usage.models import UsageRecord, UsageSource

COMPARED: Final = ("agreement_id", "component", "prefix", "destination", "billed_s", "covered_s", "amount_micro")
PART: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDifference:
    """stored, derived: as text."""

    bill_id: UUID
    load_key: UUID
    record_no: int
    what: str
    stored: str
    derived: str


def rerate_calls(*, bill_ids: Sequence[UUID]) -> Iterator[CallDifference]:
    """Differences between the calls that these bills hold and what their raw lines give. Reads only."""
    held = UsageRecord.objects.filter(kind=UsageSource.Kind.CALLS, bill_id__in=bill_ids).select_related(
        "source__legal_entity"
    )
    records = sorted(held.order_by("source_id", "load_key", "record_no"), key=lambda one: str(one.source_id))
    for _, own in groupby(records, key=lambda one: one.source_id):
        yield from _of_source(list(own))


def _of_source(records: Sequence[UsageRecord]) -> Iterator[CallDifference]:
    source = records[0].source
    for start in range(0, len(records), PART):
        part = records[start : start + PART]
        again = read_again(source=source, records=part)
        derived = _with_bundles(price_records(source=source, records=again.frame), records=part, source=source)
        for place, (record, row) in enumerate(zip(part, derived, strict=True)):
            if (code := again.refused.get(place)) is not None:
                yield _difference(record, what="raw", stored="a line that was read when it came", derived=code)
            yield from _compared(record, row)


def _with_bundles(priced: pl.DataFrame, *, records: Sequence[UsageRecord], source: UsageSource) -> list[dict[str, Any]]:
    """COMPARED of each record; calls that a bundle was asked for take what it left them, once more in their order."""
    rows = priced.select(name for name in COMPARED if name != "covered_s").to_dicts()
    asked = [record for record in records if record.covered_s is not None]
    covered = replay_bundles(legal_entity_id=source.legal_entity_id, records=asked)
    taken = {(key, number): rest for key, number, *rest in covered.rows()}
    for record, row in zip(records, rows, strict=True):
        row["covered_s"] = None
        if (found := taken.get((str(record.load_key), record.record_no))) is not None:
            row["covered_s"], row["amount_micro"] = found
    return rows


def _compared(record: UsageRecord, row: Mapping[str, Any]) -> Iterator[CallDifference]:
    for name in COMPARED:
        stored, derived = (_told(one) for one in (getattr(record, name), row[name]))
        if stored != derived:
            yield _difference(record, what=name, stored=stored, derived=derived)


def _difference(record: UsageRecord, *, what: str, stored: str, derived: str) -> CallDifference:
    return CallDifference(
        bill_id=_bill_of(record),
        load_key=record.load_key,
        record_no=record.record_no,
        what=what,
        stored=stored,
        derived=derived,
    )


def _told(value: object) -> str:
    return "" if value is None else str(value)


def _bill_of(record: UsageRecord) -> UUID:
    assert record.bill_id is not None, "only calls that a bill holds are asked for"
    return record.bill_id
