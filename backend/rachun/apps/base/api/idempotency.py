"""The same Idempotency-Key: the same effect, the same answer. The record commits together with the effect."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.operations import operation_id_of
from rachun.apps.base.errors import Conflict, FieldProblem, Invalid, Refused
from rachun.apps.base.models import IdempotencyRecord
from rachun.apps.base.prepared import array, ask_prepared, send_prepared, together
from rachun.apps.base.transactions import edge_transaction
from rachun.values.ids import uuid7

KEY_FORM = re.compile(r"[A-Za-z0-9._:-]{8,255}")
KEPT_HEADERS = ("Location", "ETag")
ViewMethod = TypeVar("ViewMethod", bound=Callable[..., Response])


class IdempotencyInFlight(Conflict):
    code = "idempotency_in_flight"
    title = _("The same request is being worked on. Ask again in a moment.")


class IdempotencyKeyReused(Refused):
    code = "idempotency_key_reused"
    title = _("This Idempotency-Key was used for another request.")


def idempotent(method: ViewMethod) -> ViewMethod:
    """For POSTs that move money or start a job. The services below run as use_case, inside this transaction.

    A refusal is not kept: it had no effect, and the next try is judged anew.
    """

    @wraps(method)
    def wrapper(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not KEY_FORM.fullmatch(key):
            problem = FieldProblem(
                pointer="/Idempotency-Key", code="required", detail=_("Send an Idempotency-Key of 8 to 255 characters.")
            )
            raise Invalid(errors=[problem])
        principal_id = request.user.pk
        assert principal_id is not None, "an idempotent operation is never public"
        operation = operation_id_of(view=view, method=request.method or "") or ""
        digest = request_hash(operation=operation, path=request.path, data=request.data)
        with edge_transaction():
            take_turn(principal_id=principal_id, key=key)
            known = IdempotencyRecord.objects.filter(principal_id=principal_id, key=key).first()
            if known is not None:
                return replay(record=known, digest=digest)
            response = method(view, request, *args, **kwargs)
            assert response.status_code < 400, "a refusal is raised, so that its transaction is undone"  # noqa: PLR2004
            keep(response=response, principal_id=principal_id, key=key, operation=operation, digest=digest)
        return response

    wrapper.is_idempotent = True  # type: ignore[attr-defined]
    return wrapper  # type: ignore[return-value]


def take_turn(*, principal_id: UUID, key: str) -> None:
    """Raises IdempotencyInFlight while another request with this key has not committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7))", [f"{principal_id} {key}"])
        [is_mine] = cursor.fetchone()
    if not is_mine:
        raise IdempotencyInFlight


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer for one of many keys."""

    principal_id: UUID
    key: str
    request_hash: str
    status: int
    answer: Any


def take_turns(*, asked: Sequence[tuple[UUID, str]]) -> tuple[list[bool], list[Kept]]:
    """take_turn for many: whether each (principal, key) is ours; and those that were answered before."""
    if not asked:
        return [], []
    names = [f"{principal_id} {key}" for principal_id, key in asked]
    with together():
        turns = ask_prepared(_TURNS, [array(names)])
        known = ask_prepared(_KNOWN, [array(column) for column in zip(*asked, strict=True)])
    kept = [
        Kept(principal_id=principal_id, key=key, request_hash=digest, status=status, answer=json.loads(answer))
        for principal_id, key, digest, status, answer in known()
    ]
    return [is_mine for (is_mine,) in turns()], kept


def keep_many(*, kept: Sequence[Kept], operation: str) -> None:
    if kept:
        names = ("principal_id", "key", "request_hash", "status")
        columns = [array(getattr(one, name) for one in kept) for name in names]
        answers = array(json.dumps(one.answer) for one in kept)
        send_prepared(_KEEP, [operation, array(uuid7() for _ in kept), *columns, answers])


_TURNS = """
SELECT pg_try_advisory_xact_lock(hashtextextended(n.name, 7))
  FROM unnest(%s::text[]) WITH ORDINALITY AS n (name, place) ORDER BY n.place
"""
_KNOWN = """
SELECT r.principal_id, r.key, r.request_hash, r.status, r.answer::text
  FROM unnest(%s::uuid[], %s::text[]) AS n (id, key)
  JOIN base_idempotencyrecord r ON r.principal_id = n.id AND r.key = n.key
"""
_KEEP = """
INSERT INTO base_idempotencyrecord (operation, id, principal_id, key, request_hash, status, answer, headers)
SELECT %s::text, n.id, n.principal_id, n.key, n.request_hash, n.status, n.answer, '{}'
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::int[], %s::jsonb[])
    AS n (id, principal_id, key, request_hash, status, answer)
"""


def replay(*, record: IdempotencyRecord, digest: str) -> Response:
    """Raises IdempotencyKeyReused."""
    if record.request_hash != digest:
        raise IdempotencyKeyReused
    headers = {**record.headers, "Idempotency-Replayed": "true"}
    return Response(record.answer, status=record.status, headers=headers)


def keep(*, response: Response, principal_id: UUID, key: str, operation: str, digest: str) -> None:
    IdempotencyRecord.objects.create(
        principal_id=principal_id,
        key=key,
        operation=operation,
        request_hash=digest,
        status=response.status_code,
        answer=json.loads(json.dumps(response.data, cls=DjangoJSONEncoder)),
        headers={name: response[name] for name in KEPT_HEADERS if response.has_header(name)},
    )


def request_hash(*, operation: str, path: str, data: Any) -> str:
    """Over the meaning of the request, not its bytes: spaces in JSON and multipart boundaries do not count."""
    content: Any = data
    if isinstance(data, Mapping):
        content = {name: plain_value(data, name) for name in data}
    text = json.dumps([operation, path, content], cls=DjangoJSONEncoder, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def plain_value(data: Mapping[str, Any], name: str) -> Any:
    values = data.getlist(name) if hasattr(data, "getlist") else [data[name]]
    return [file_hash(value) if isinstance(value, UploadedFile) else value for value in values]


def file_hash(file: UploadedFile) -> str:
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
