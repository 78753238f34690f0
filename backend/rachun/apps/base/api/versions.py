"""ETag and If-Match where two people may edit the same object."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from rest_framework.request import Request

from rachun.apps.base.errors import PreconditionFailed, PreconditionRequired

F = TypeVar("F", bound=Callable[..., Any])


def needs_if_match(method: F) -> F:
    """Mark a view method: the contract states the header; the method calls check_if_match on the locked row."""
    method.needs_if_match = True  # type: ignore[attr-defined]
    return method


def etag_of(*, id: UUID, updated_at: datetime) -> str:
    return f'"{sha256(f"{id}{updated_at.isoformat()}".encode()).hexdigest()[:32]}"'


def check_if_match(*, request: Request, etag: str) -> None:
    """Raises PreconditionRequired without the header, PreconditionFailed when somebody was faster."""
    told = request.headers.get("If-Match")
    if told is None:
        raise PreconditionRequired
    if told.strip().removeprefix("W/") != etag:
        raise PreconditionFailed
