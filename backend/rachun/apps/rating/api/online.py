"""The short way of recordCall: many requests that come at once are judged, recorded and committed together."""

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from rachun.apps.base.api.idempotency import KEY_FORM, Kept, keep_many, request_hash, take_turns
from rachun.apps.base.api.short_way import Answered, Asked
from rachun.apps.base.api.throttles import Frequent, count_up
from rachun.apps.base.context import NOBODY, Actor, acting
from rachun.apps.base.errors import NotFound
from rachun.apps.base.group_commit import GroupCommit
from rachun.apps.base.prepared import begin_prepared, together
from rachun.apps.identity.models import Principal
from rachun.apps.identity.scope import Reach, Scope
from rachun.apps.identity.services.callers import Claims, ReadTokens, find_caller, find_open_sessions
from rachun.apps.rating.api.told_calls import answer_of, parsed, plain_call
from rachun.apps.rating.services import RecordedCall, ToldCall, audit_calls, record_calls
from rachun.apps.usage.models import UsageSource
from rachun.apps.usage.selectors import get_source

OPERATION = "recordCall"
LOCK_TIMEOUT = "300ms"  # a file that holds the same calls may be in the middle of its load: wait alone, not together
CALLERS_KEPT = 10_000
REPLAYED = ((b"idempotency-replayed", b"true"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A request that is right as far as one can tell without the database."""

    claims: Claims
    key: str
    digest: str
    source_id: UUID
    call: ToldCall
    origin: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    principal: Principal
    source: UsageSource


class OnlineCalls:
    """Note [The short way]"""

    path = "/api/v1/calls"
    route = "api/v1/calls"

    def __init__(self) -> None:
        self._tokens = ReadTokens()
        self._groups: GroupCommit[Item, Answered] = GroupCommit(write_group, name="record-calls")

    async def answer(self, asked: Asked) -> Answered | None:
        item = self._item(asked)
        return None if item is None else await self._groups.submit(item)

    def _item(self, asked: Asked) -> Item | None:
        headers = asked.headers
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            return None
        key = headers.get(b"idempotency-key", b"").decode("latin-1")
        claims = self._tokens.claims(authorization=headers.get(b"authorization", b""), now=time.time())
        if claims is None or not KEY_FORM.fullmatch(key):
            return None
        data = parsed(asked.body)
        call = plain_call(data)
        if call is None:
            return None
        return Item(
            claims=claims,
            key=key,
            digest=request_hash(operation=OPERATION, path=asked.path, data=data),
            source_id=call[0],
            call=call[1],
            origin=asked.origin,
            request_id=asked.request_id,
        )


def write_group(items: Sequence[Item]) -> list[Answered | None]:
    """One transaction; None for every item that is for the long way."""
    try:
        with acting(NOBODY), transaction.atomic(durable=True):
            return _write(items)
    except DatabaseError:
        connection.close()  # it may be broken, and the next group wants a sound one
        raise


def _write(items: Sequence[Item]) -> list[Answered | None]:
    callers = _callers(items)
    answers, fresh = _by_turn(_within_rate(items, callers), items, callers)
    groups: dict[tuple[UUID, UUID, str], list[int]] = defaultdict(list)
    for place in fresh:
        caller = callers[place]
        assert caller is not None
        groups[caller.source.id, caller.principal.id, items[place].origin].append(place)
    kept, recorded_by = [], []
    for places in groups.values():
        caller = callers[places[0]]
        assert caller is not None
        recorded = _record([items[place] for place in places], caller=caller)
        recorded_by.append((caller, items[places[0]], recorded))
        for place, one in zip(places, recorded, strict=True):
            answer = answer_of(one)
            status = 200 if one.is_known else 201
            answers[place] = Answered(status=status, body=body_of(answer))
            kept.append(_kept(items[place], caller=caller, status=status, answer=answer))
    with together():
        for caller, item, recorded in recorded_by:
            with acting(_actor(item, caller=caller)):
                audit_calls(source=caller.source, recorded=recorded)
        keep_many(kept=kept, operation=OPERATION)
    return [answers.get(place) for place in range(len(items))]


def _callers(items: Sequence[Item]) -> list[Caller | None]:
    """Who each item is from and whether they may. A session that was ended a moment ago is over."""
    with together():
        begin_prepared(lock_timeout=LOCK_TIMEOUT)
        found = find_open_sessions(session_ids={str(item.claims.get("sid")) for item in items})
    open_sessions = found()
    known = [(str(item.claims.get("sid")) in open_sessions, item) for item in items]
    return [_callers_known.find(item) if is_open else None for is_open, item in known]


class CallersKnown:
    """Who may record calls of which source, remembered for LIFE_S: a role taken away works that much longer."""

    LIFE_S = 1.0

    def __init__(self) -> None:
        self._known: dict[tuple[str, UUID], tuple[float, Caller | None]] = {}

    def find(self, item: Item) -> Caller | None:
        name, now = (str(item.claims.get("sid")), item.source_id), time.monotonic()
        until, caller = self._known.get(name, (0.0, None))
        if until <= now:
            if len(self._known) >= CALLERS_KEPT:
                self._known.clear()
            caller = _caller(item)
            self._known[name] = (now + self.LIFE_S, caller)
        return caller


_callers_known = CallersKnown()


def _caller(item: Item) -> Caller | None:
    principal = find_caller(claims=item.claims, operation_id=OPERATION)
    if principal is None or principal.kind == Principal.Kind.SUBSCRIBER:
        return None
    scope = Scope(reach=Reach.ASSIGNED, principal_id=principal.id, operation_id=OPERATION)
    try:
        source = get_source(scope=scope, source_id=item.source_id)
    except NotFound:
        return None
    source.legal_entity  # noqa: B018 -- read with the source, so that a group need not
    return Caller(principal=principal, source=source) if source.kind == UsageSource.Kind.CALLS else None


def _within_rate(items: Sequence[Item], callers: Sequence[Caller | None]) -> list[int]:
    """Places of the items that the rate of their caller leaves room for."""
    of: dict[UUID, list[int]] = defaultdict(list)
    for place in range(len(items)):
        caller = callers[place]
        if caller is not None:
            of[caller.principal.id].append(place)
    allowed = []
    for principal_id, places in of.items():
        left = count_up(name=Frequent.name, subject=str(principal_id), by=len(places))
        allowed += places if left is None or left >= 0 else places[: max(0, len(places) + left)]
    return sorted(allowed)


def _by_turn(
    places: Sequence[int], items: Sequence[Item], callers: Sequence[Caller | None]
) -> tuple[dict[int, Answered], list[int]]:
    """The kept answers of keys that were used for the same request, and the places of keys that are new: of two
    requests with one key the first, and none whose key is being worked on elsewhere.
    """
    first: dict[tuple[UUID, str], int] = {}
    for place in places:
        first.setdefault(_name(place, items, callers), place)
    turns, kept = take_turns(asked=list(first))
    mine = {place for place, is_mine in zip(first.values(), turns, strict=True) if is_mine}
    answers, used = {}, set()
    for record in kept:
        place = first[record.principal_id, record.key]
        used.add(place)
        if place in mine and record.request_hash == items[place].digest:
            answers[place] = Answered(status=record.status, body=body_of(record.answer), headers=REPLAYED)
    return answers, sorted(mine - used)


def _name(place: int, items: Sequence[Item], callers: Sequence[Caller | None]) -> tuple[UUID, str]:
    caller = callers[place]
    assert caller is not None
    return caller.principal.id, items[place].key


def _record(items: Sequence[Item], *, caller: Caller) -> list[RecordedCall]:
    with acting(_actor(items[0], caller=caller)):
        calls = [item.call for item in items]
        return record_calls(source=caller.source, calls=calls, recorded_at=timezone.now())


def _actor(item: Item, *, caller: Caller) -> Actor:
    return Actor(principal_id=caller.principal.id, origin=item.origin, request_id=item.request_id)


def _kept(item: Item, *, caller: Caller, status: int, answer: dict[str, Any]) -> Kept:
    return Kept(principal_id=caller.principal.id, key=item.key, request_hash=item.digest, status=status, answer=answer)


def body_of(answer: Any) -> bytes:
    """As the framework's renderer writes it."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
