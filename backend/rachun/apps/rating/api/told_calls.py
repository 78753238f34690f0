"""A call in a request: by the serializer's rules, or read at once where nothing about it is unusual."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rachun.apps.base.api.parsing import UNSTORABLE
from rachun.apps.rating.api.serializers import SECONDS_MAX, micro_text
from rachun.apps.rating.services import ToldCall
from rachun.apps.usage.models import UsageRecord

REQUIRED = frozenset({"source_id", "calling", "called", "started_at", "duration_s"})
# The longest text of each field, as CallIn says it: test_record_call compares the two.
TEXTS = {
    "calling": 40,
    "called": 40,
    "record_key": 120,
    "trunk_in": 80,
    "trunk_out": 80,
    "disposition": 40,
    "unique_id": 80,
}
NEVER_BLANK = frozenset({"calling", "called"})
KNOWN = REQUIRED | set(TEXTS) | {"billable_s", "answered"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def told_call(told: Mapping[str, Any]) -> ToldCall:
    """From what CallIn found valid, or plain_call."""
    started = told["started_at"].astimezone(UTC)
    return ToldCall(
        started_at=started,
        row={
            **{name: told.get(name, "") for name in TEXTS},
            "started_at": started.isoformat(),
            "duration_s": told["duration_s"],
            "billable_s": billable_of(told),
            "answered": told.get("answered", True),
        },
    )


def billable_of(told: Mapping[str, Any]) -> int:
    """A call that is not stated otherwise is paid for as long as it took, when it was answered."""
    stated = told.get("billable_s")
    if stated is not None:
        return int(stated)
    return int(told["duration_s"]) if told.get("answered", True) else 0


def plain_call(data: Any) -> tuple[UUID, ToldCall] | None:
    """(source, call) of a body that is right by the strictest reading, else None: CallIn tells. Note [The short way]"""
    if type(data) is not dict or not (data.keys() <= KNOWN and data.keys() >= REQUIRED):
        return None
    texts = all(_is_text(data[name], name=name) for name in data.keys() & TEXTS.keys())
    seconds = all(_is_seconds(data[name]) for name in data.keys() & {"duration_s", "billable_s"})
    if not (texts and seconds and type(data.get("answered", True)) is bool):
        return None
    instant = _instant(data["started_at"])
    if instant is None or type(data["source_id"]) is not str or not ID.fullmatch(data["source_id"]):
        return None
    return UUID(data["source_id"]), told_call({**data, "started_at": instant})


def _is_text(value: Any, *, name: str) -> bool:
    if type(value) is not str or len(value) > TEXTS[name] or value != value.strip() or UNSTORABLE.search(value):
        return False
    return bool(value) or name not in NEVER_BLANK


def _is_seconds(value: Any) -> bool:
    return type(value) is int and 0 <= value <= SECONDS_MAX


def _instant(value: Any) -> datetime | None:
    if type(value) is not str or not INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def parsed(body: bytes) -> Any:
    """The JSON of a body, None where StrictJSONParser has to say what is wrong."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_not_json)
    except (ValueError, RecursionError):
        return None


def _not_json(_name: str) -> None:
    raise ValueError


def answer_of(recorded: Any) -> dict[str, Any]:
    """The properties of RecordedCallOut."""
    record = recorded.record
    return {
        "batch_id": str(recorded.batch_id),
        "record_no": record.record_no,
        "is_known": recorded.is_known,
        "state": UsageRecord.State(record.state).value,
        "reason": record.reason,
        "agreement_id": None if record.agreement_id is None else str(record.agreement_id),
        "component": record.component,
        "usage_date": record.usage_date.isoformat(),
        "destination": record.destination,
        "prefix": record.prefix,
        "billed_s": record.billed_s,
        "covered_s": recorded.covered_s,
        "amount": None if record.amount_micro is None else micro_text(record.amount_micro),
    }
