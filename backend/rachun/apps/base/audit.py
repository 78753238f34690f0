"""Audit rows: inserted unhashed with the change they describe, sealed into a chain in commit order afterwards."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from rachun.apps.base.context import current_actor
from rachun.apps.base.models import AuditRow, AuditSeal
from rachun.apps.base.prepared import send_prepared
from rachun.apps.base.transactions import assert_in_transaction
from rachun.values.ids import uuid7

FIRST_HASH = "0" * 64
SEAL_LOCK = 7_301_001  # advisory lock: one sealer at a time
SEAL_CHUNK = 2_000


def record_audit(  # house: argument-count -- each is a column of the row
    *,
    operation: str,
    object_kind: str,
    object_id: object,
    legal_entity_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
    digest: str = "",
) -> AuditRow:
    """Write who did what, in the transaction of the change. Bulk work passes a digest of its rows, once per chunk.

    The row as it was written; its time is the database's.
    """
    assert_in_transaction()
    actor = current_actor()
    row = AuditRow(
        principal_id=actor.principal_id,
        origin=actor.origin,
        request_id=actor.request_id,
        operation=operation,
        object_kind=object_kind,
        object_id=str(object_id),
        legal_entity_id=legal_entity_id,
        before=plain(before),
        after=plain(after),
        why=why,
        digest=digest,
    )
    send_prepared(_INSERT, [_value(getattr(row, name)) for name in _COLUMNS])
    return row


_COLUMNS = (
    "id", "stream", "principal_id", "origin", "request_id", "operation", "object_kind", "object_id", "legal_entity_id",
    "before", "after", "why", "digest",
)  # fmt: skip
_INSERT = """
INSERT INTO base_auditrow (id, stream, principal_id, origin, request_id, operation, object_kind, object_id,
                           legal_entity_id, before, after, why, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def _value(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict) else value


def plain(value: dict[str, Any] | None) -> dict[str, Any] | None:
    """What JSON can hold: instants, ids and decimals as text."""
    if value is None:
        return None
    loaded: dict[str, Any] = json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    return loaded


HASHED_FIELDS = (
    "id", "stream", "at", "principal_id", "origin", "request_id", "operation", "legal_entity_id",
    "object_kind", "object_id", "before", "after", "why", "digest",
)  # fmt: skip


def row_hash(*, row: AuditRow, previous_hash: str, sequence: int) -> str:
    """SHA-256 over the previous hash, the place in the chain and every column of the row."""
    content = {name: getattr(row, name) for name in HASHED_FIELDS}
    text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return sha256(f"{previous_hash}\n{sequence}\n{text}".encode()).hexdigest()


def seal_audit_rows() -> int:
    """Append unsealed rows to their chains; return how many.

    A second sealer leaves at once. Rows that commit late get a later place: the order is the order of being seen.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
            [has_lock] = cursor.fetchone()
        if not has_lock:
            return 0
        rows = list(AuditRow.objects.filter(seal__isnull=True).order_by("id")[:SEAL_CHUNK])
        heads = {stream: latest_link(stream=stream) for stream in {row.stream for row in rows}}
        seals = []
        for row in rows:
            sequence, previous_hash = heads[row.stream]
            link = row_hash(row=row, previous_hash=previous_hash, sequence=sequence + 1)
            heads[row.stream] = (sequence + 1, link)
            seals.append(
                AuditSeal(
                    id=uuid7(),
                    audit_row=row,
                    stream=row.stream,
                    sequence=sequence + 1,
                    previous_hash=previous_hash,
                    hash=link,
                    sealed_at=timezone.now(),  # house: no-clock -- the sealer is an edge of its own
                )
            )
        AuditSeal.objects.bulk_create(seals)
        return len(seals)


def latest_link(*, stream: str) -> tuple[int, str]:
    latest = AuditSeal.objects.filter(stream=stream).aggregate(latest=Max("sequence"))["latest"]
    if latest is None:
        return 0, FIRST_HASH
    return latest, AuditSeal.objects.get(stream=stream, sequence=latest).hash


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    stream: str
    sequence: int
    audit_row_id: UUID | None
    reason: str


def find_broken_link() -> BrokenLink | None:
    """The first row, in chain order, that was edited, deleted, reordered or forged; None when all hold."""
    for stream in AuditSeal.objects.order_by("stream").values_list("stream", flat=True).distinct():
        broken = find_broken_link_in(stream=stream)
        if broken is not None:
            return broken
    return None


def find_broken_link_in(*, stream: str) -> BrokenLink | None:
    expected_sequence, previous_hash = 1, FIRST_HASH
    seals = AuditSeal.objects.filter(stream=stream).order_by("sequence").prefetch_related("audit_row")
    for seal in seals.iterator(chunk_size=SEAL_CHUNK):
        reason = ""
        row: AuditRow | None = getattr(seal, "audit_row", None)  # a row that is gone is an attribute that is not there
        if seal.sequence != expected_sequence:
            reason = f"place {expected_sequence} of the chain is missing"
        elif seal.previous_hash != previous_hash:
            reason = "the previous hash differs"
        elif row is None:
            reason = "the audit row is missing"
        elif row_hash(row=row, previous_hash=previous_hash, sequence=seal.sequence) != seal.hash:
            reason = "the audit row differs from its hash"
        if reason:
            place = min(seal.sequence, expected_sequence)
            return BrokenLink(stream=stream, sequence=place, audit_row_id=seal.audit_row_id, reason=reason)
        expected_sequence, previous_hash = seal.sequence + 1, seal.hash
    return None
