"""The record of a call that was taken before, by its key."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rachun.apps.usage.models import UsageKey, UsageRecord


def find_known_calls(*, source_id: UUID, calls: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, UsageRecord]:
    """calls: by key, started_at, duration_s, billable_s and record_key of each. A call that came by itself is found by
    its number; of a file the records of the same instant and length are looked through, and its keys by those.
    """
    keys = UsageKey.objects.filter(source_id=source_id, key_hash__in=list(calls), occurrence=1)
    found = {}
    for key in keys:
        number = key.record_no
        record = _by_looks(key, call=calls[key.key_hash]) if number is None else _by_number(key, number=number)
        if record is not None:
            found[key.key_hash] = record
    return found


def _by_number(key: UsageKey, *, number: int) -> UsageRecord | None:
    return UsageRecord.objects.filter(load_key=key.load_key, record_no=number).first()


def _by_looks(key: UsageKey, *, call: Mapping[str, Any]) -> UsageRecord | None:
    records = UsageRecord.objects.filter(load_key=key.load_key).order_by("record_no")
    if call["record_key"]:
        told = f'"record_key": {json.dumps(call["record_key"], ensure_ascii=False)}'
        return records.filter(raw__contains=told).first()
    same = {"occurred_at": call["started_at"], "duration_s": call["duration_s"]}
    return records.filter(**same, caller__in=call["callers"], called__in=call["calleds"]).first()
