"""A short way for an operation that is called a thousand times a second, beside the long one through the framework.

Note [The short way]
The short way answers only what is right in every respect. It reads no more than it must to be sure of that, and
whatever is unusual in a request (a header, a field, a refusal of any kind, a fault) goes the long way with the body
that was read, as if the short way did not exist. So every refusal is told by the same code in the same language, and
the contract, its tests and the rules of permission, rate and audit hold for both.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.module_loading import import_string

from rachun.apps.base.api import metrics
from rachun.apps.base.api.middleware import HEADERS, REQUEST_ID_FORM
from rachun.values.ids import uuid7

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
BODY_MAX = 64 * 1024
FRAMES_KEPT = 1_000
# What the middleware looks at, besides the address.
LOOKED_AT = (b"host", b"x-forwarded-proto", b"accept-language", b"cookie")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """headers: names in lower case. origin: the address of the caller."""

    path: str
    headers: Mapping[bytes, bytes]
    body: bytes
    origin: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class ShortWay(Protocol):
    path: str
    route: str

    async def answer(self, asked: Asked) -> Answered | None:
        """None: by the long way, please."""


class WithShortWay:
    """The whole application: the framework's, and one POST that may be answered before it."""

    def __init__(self, application: Application, *, short: ShortWay) -> None:
        self._application = application
        self._short = short
        self._frames: dict[tuple[bytes | None, ...], list[tuple[bytes, bytes]] | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._short.path or scope["method"] != "POST":
            return await self._application(scope, receive, send)
        started = time.perf_counter()
        read, body = await _read(receive)
        headers = dict(scope["headers"])
        told = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = told if REQUEST_ID_FORM.fullmatch(told) else str(uuid7())
        frame = self._frame(scope, headers)
        if body is None or frame is None or scope["query_string"] or len(headers) < len(scope["headers"]):
            return await self._application(scope, _replay(read, receive), send)
        origin = scope["client"][0] if scope["client"] else ""
        answered = await self._short.answer(
            Asked(path=scope["path"], headers=headers, body=body, origin=origin, request_id=request_id)
        )
        if answered is None:
            return await self._application(scope, _replay(read, receive), send)
        length = (b"content-length", str(len(answered.body)).encode())
        own = [(b"x-request-id", request_id.encode()), length, *answered.headers]
        await send({"type": "http.response.start", "status": answered.status, "headers": [*frame, *own]})
        await send({"type": "http.response.body", "body": answered.body})
        metrics.REQUESTS.labels("POST", self._short.route, answered.status).inc()
        metrics.REQUEST_SECONDS.labels("POST", self._short.route).observe(time.perf_counter() - started)
        return None

    def _frame(self, scope: Scope, headers: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]] | None:
        """The headers that the middleware gives an answer, from the middleware itself, once for each of its inputs;
        None when it answers by itself, as to a host that is not ours.
        """
        key = (scope["scheme"].encode(), *(headers.get(name) for name in LOOKED_AT))
        if key not in self._frames:
            if len(self._frames) >= FRAMES_KEPT:
                self._frames.clear()
            self._frames[key] = framed(scope)
        return self._frames[key]


def framed(scope: Scope) -> list[tuple[bytes, bytes]] | None:
    """What the middleware below request_context puts around an empty answer."""
    chain: Callable[[HttpRequest], HttpResponseBase] = _empty
    for path in reversed(settings.MIDDLEWARE[1:]):
        chain = import_string(path)(chain)
    with translation.override(translation.get_language()):
        try:
            response = chain(ASGIRequest(scope, BytesIO()))
        except SuspiciousOperation:  # a host that is not ours
            return None
    if response.status_code != HTTPStatus.CREATED:
        return None
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    told = ((name.lower(), value) for name, value in response.items())
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told if name != "content-length"]


def _empty(_request: HttpRequest) -> HttpResponse:
    headers = {"Allow": "POST, OPTIONS"}
    return HttpResponse(status=HTTPStatus.CREATED, content_type="application/json", headers=headers)


async def _read(receive: Receive) -> tuple[list[Message], bytes | None]:
    """What came, and the whole body; None of a body that is too long for this way, or never ended."""
    read: list[Message] = []
    size = 0
    while True:
        message = await receive()
        read.append(message)
        if message["type"] != "http.request":
            return read, None
        size += len(message.get("body", b""))
        if size > BODY_MAX:
            return read, None
        if not message.get("more_body"):
            return read, b"".join(one.get("body", b"") for one in read)


def _replay(read: list[Message], receive: Receive) -> Receive:
    left = iter(read)

    async def again() -> Message:
        return next(left, None) or await receive()

    return again
