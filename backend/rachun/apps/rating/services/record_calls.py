"""Single calls, as an online system tells them: each is priced and kept once, whatever else comes with it.

Note [The plain way]
A pass over columns costs the same for one call as for a thousand, about as much as everything else that is done for a
call together. So a call that nothing is odd about (a number that is read, one agreement, one traffic component, a rate
that always stands) is priced by itself, by `engine/rating/single.py`; every other one goes through the same columns as
a file. The reasons of suspense, time bands and bundles therefore exist once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from rachun.apps.base.audit import record_audit
from rachun.apps.base.prepared import planned_freely, together
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.rating.mapping import ANY_PREFIX, NUMBER_MAX, e164_text_of, rules_of
from rachun.apps.rating.pricing import price_records
from rachun.apps.rating.records import call_rows, natural_call_key, told_text
from rachun.apps.rating.selectors.current import Guided, guide_calls
from rachun.apps.rating.services.load_usage import DESTINATION_MAX, as_rows
from rachun.apps.rating.services.price_runs import price_runs
from rachun.apps.rating.services.settle_bundles import settle_bundles
from rachun.apps.usage.models import UsageRecord, UsageSource
from rachun.apps.usage.selectors import find_known_calls
from rachun.apps.usage.services import CallRecord, call_key, growing_batch_id, store_calls, take_call_keys
from rachun.countries.loader import load_pack
from rachun.engine.rating.numbers import NumberingRules
from rachun.engine.rating.single import price_call
from rachun.values.quantity import MICRO

State = UsageRecord.State
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCall:
    """A call as its sender told it, checked: calling, called, started_at, duration_s, billable_s, answered, record_key
    and what else tells it from others, as it is kept.
    """

    row: Mapping[str, Any]
    started_at: datetime

    @property
    def key(self) -> UUID:
        own = self.row["record_key"]
        if own:
            return call_key(record_key=own, keyed_at=None)
        return call_key(record_key=natural_call_key(self.row, started_at=self.started_at), keyed_at=self.started_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """Where a call is kept and as what. is_known: it was recorded before."""

    batch_id: UUID
    is_known: bool
    record: CallRecord | UsageRecord
    covered_s: int | None = None


def record_calls(*, source: UsageSource, calls: Sequence[ToldCall], recorded_at: datetime) -> list[RecordedCall]:
    """Keep each call once and say what became of it; a call that is known, by whatever way, is answered as it stands.

    A building block: the caller's transaction holds all of them or none.
    """
    assert_in_transaction()
    batch_id = growing_batch_id(source_id=source.id, at=recorded_at)
    by_key: dict[UUID, ToldCall] = {}
    keys = [call.key for call in calls]
    for key, call in zip(keys, calls, strict=True):
        by_key.setdefault(key, call)
    parties = [_parties(call, source=source) for call in by_key.values()]
    with together():
        taken = take_call_keys(source_id=source.id, batch_id=batch_id, keys=list(by_key))
        guided = guide_calls(
            legal_entity_id=source.legal_entity_id, calls=[(one.caller or "", one.day) for one in parties]
        )
    numbers, ways = taken(), guided()
    new = [key for key in by_key if key in numbers]
    answers = {}
    if new:
        known_of = dict(zip(by_key, zip(parties, ways, strict=True), strict=True))
        calls_new = [_New(by_key[key], *known_of[key], number=numbers[key]) for key in new]
        priced = _price(source=source, calls=calls_new)
        records = [one.record for one in priced]
        has_runs = store_calls(source=source, batch_id=batch_id, records=records, at=recorded_at)
        if has_runs:
            _price_runs(source=source, batch_id=batch_id, records=records, priced_at=recorded_at)
        kept = _settled(source=source, batch_id=batch_id, priced=priced)
        answers = dict(zip(new, kept, strict=True))
    if len(new) < len(by_key):
        answers |= _known({key: call for key, call in by_key.items() if key not in numbers}, source=source)
    return _in_order(keys, answers)


def _known(calls: Mapping[UUID, ToldCall], *, source: UsageSource) -> dict[UUID, RecordedCall]:
    found = find_known_calls(source_id=source.id, calls={key: _looks(call, source) for key, call in calls.items()})
    return {
        key: RecordedCall(batch_id=one.load_key, is_known=True, record=one, covered_s=one.covered_s)
        for key, one in found.items()
    }


def audit_calls(*, source: UsageSource, recorded: Sequence[RecordedCall]) -> None:
    """One row for the calls that came together; a call that was known changed nothing."""
    new = [one for one in recorded if not one.is_known]
    if not new:
        return
    states = Counter(one.record.state for one in new)
    content = "\n".join(one.record.raw for one in new)
    record_audit(
        operation="recordCall",
        object_kind="usage_batch",
        object_id=new[0].batch_id,
        legal_entity_id=source.legal_entity_id,
        after={"calls": len(new), "numbers": [one.record.record_no for one in new], **states},
        digest=sha256(content.encode()).hexdigest(),
    )


def _in_order(keys: Sequence[UUID], answers: Mapping[UUID, RecordedCall]) -> list[RecordedCall]:
    """The second of two equal calls that came together is known."""
    told: set[UUID] = set()
    ordered = []
    for key in keys:
        one = answers[key]
        ordered.append(one if key not in told else replace(one, is_known=True))
        told.add(key)
    return ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class _Priced:
    """may_include: a bundle may pay a part of it."""

    record: CallRecord
    may_include: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parties:
    """caller, called: None for what is no number. day: local, of the source."""

    caller: str | None
    called: str | None
    day: date


@dataclass(frozen=True, slots=True)
class _New:
    """way: None where it is not plain. number: of its record."""

    call: ToldCall
    parties: _Parties
    way: Guided | None
    number: int


def _parties(call: ToldCall, *, source: UsageSource) -> _Parties:
    rules = _rules(source.legal_entity.country_pack, source.area_code)
    return _Parties(
        caller=e164_text_of(number=call.row["calling"], rules=rules),
        called=e164_text_of(number=call.row["called"], rules=rules),
        day=call.started_at.astimezone(ZoneInfo(source.time_zone)).date(),
    )


def _price(*, source: UsageSource, calls: Sequence[_New]) -> list[_Priced]:
    """Note [The plain way]"""
    made = [_plain(one) for one in calls]
    odd = [place for place, one in enumerate(made) if one is None]
    if odd:
        with planned_freely():
            records = _by_columns(source=source, calls=[calls[place] for place in odd])
        for place, record in zip(odd, records, strict=True):
            made[place] = record
    return [one for one in made if one is not None]


@lru_cache
def _rules(country_pack: str, area_code: str) -> NumberingRules:
    return rules_of(plan=load_pack(country_pack).numbering, area_code=area_code)


def _plain(new: _New) -> _Priced | None:
    call, way, parties, row = new.call, new.way, new.parties, new.call.row
    if way is None or parties.caller is None or parties.called is None:
        return None
    kept = {
        "record_no": new.number,
        "agreement_id": way.agreement_id,
        "occurred_at": call.started_at,
        "usage_date": parties.day,
        "caller": parties.caller,
        "called": parties.called,
        "duration_s": row["duration_s"],
        "quantity_micro": row["billable_s"] * MICRO,
        "raw": told_text(row),
    }
    if not row["answered"] or row["billable_s"] == 0:
        reason = "NO_DURATION" if row["answered"] else "UNANSWERED"
        return _Priced(record=CallRecord(**kept, **_UNPRICED, state=State.UNBILLABLE, reason=reason), may_include=False)
    day = parties.day.toordinal() - _EPOCH
    priced = price_call(table=way.table, called=parties.called, day=day, seconds=row["billable_s"])
    if priced is None:
        return None
    record = CallRecord(
        **kept,
        state=State.RATED,
        reason="",
        component=way.traffic.component,
        destination=priced.label[:DESTINATION_MAX],
        prefix=priced.prefix or ANY_PREFIX,
        billed_s=priced.billed_s,
        amount_micro=priced.amount_micro,
    )
    return _Priced(record=record, may_include=way.traffic.includes)


_UNPRICED: Mapping[str, Any] = {"component": "", "destination": "", "prefix": "", "billed_s": 0, "amount_micro": None}


def _by_columns(*, source: UsageSource, calls: Sequence[_New]) -> list[_Priced]:
    frame = call_rows(source=source, rows=[dict(one.call.row) for one in calls])
    priced = price_records(source=source, records=frame)
    rows = as_rows(priced).rows(named=True)
    made = []
    for row, one in zip(rows, calls, strict=True):
        agreement = UUID(row["agreement_id"]) if row["agreement_id"] else None
        told = {name: row[name] for name in CallRecord.__slots__}
        own = {"record_no": one.number, "agreement_id": agreement, "occurred_at": one.call.started_at}
        made.append(_Priced(record=CallRecord(**(told | own)), may_include=row["state"] == State.RATED))
    return made


def _price_runs(*, source: UsageSource, batch_id: UUID, records: Sequence[CallRecord], priced_at: datetime) -> None:
    kept = _kept(batch_id=batch_id, records=records)
    with planned_freely():
        price_runs(source_id=source.id, records=kept, priced_at=priced_at)


def _kept(*, batch_id: UUID, records: Sequence[CallRecord]) -> QuerySet[UsageRecord]:
    return UsageRecord.objects.filter(load_key=batch_id, record_no__in=[record.record_no for record in records])


def _settled(*, source: UsageSource, batch_id: UUID, priced: Sequence[_Priced]) -> list[RecordedCall]:
    """Let calls take of their bundles, as a file's do."""
    found: dict[int, UsageRecord] = {}
    if any(one.may_include for one in priced):
        records = _kept(batch_id=batch_id, records=[one.record for one in priced])
        with planned_freely():
            settle_bundles(legal_entity_id=source.legal_entity_id, records=records)
        found = {record.record_no: record for record in records}
    return [
        RecordedCall(
            batch_id=batch_id,
            is_known=False,
            record=found.get(one.record.record_no, one.record),
            covered_s=found[one.record.record_no].covered_s if found else None,
        )
        for one in priced
    ]


def _looks(call: ToldCall, source: UsageSource) -> dict[str, Any]:
    """By what the record of a file is known: the numbers as they came, or as they were read."""
    rules = _rules(source.legal_entity.country_pack, source.area_code)
    numbers = {
        name: [text for text in (e164_text_of(number=call.row[name], rules=rules), call.row[name][:NUMBER_MAX]) if text]
        for name in ("calling", "called")
    }
    return {
        "started_at": call.started_at,
        "duration_s": call.row["duration_s"],
        "record_key": call.row["record_key"],
        "callers": numbers["calling"],
        "calleds": numbers["called"],
    }
