"""Around every request: its id, its log line without personal data, its figures, its security headers."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rachun.apps.base.api import metrics
from rachun.apps.base.context import Actor, acting
from rachun.values.ids import uuid7

REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
logger = structlog.get_logger("rachun.request")
Next = Callable[[HttpRequest], HttpResponseBase]


def request_context(get_response: Next) -> Next:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        told = request.headers.get("X-Request-ID", "")
        request_id = told if REQUEST_ID_FORM.fullmatch(told) else str(uuid7())
        actor = Actor(origin=request.META.get("REMOTE_ADDR", ""), request_id=request_id)
        started = time.perf_counter()
        with acting(actor), structlog.contextvars.bound_contextvars(request_id=request_id):
            response = get_response(request)
            note(request=request, response=response, seconds=time.perf_counter() - started)
        response["X-Request-ID"] = request_id
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def note(*, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """The route, never the path or the query: those may hold names and numbers of people."""
    route = request.resolver_match.route if request.resolver_match else "unknown"
    metrics.REQUESTS.labels(request.method, route, response.status_code).inc()
    metrics.REQUEST_SECONDS.labels(request.method, route).observe(seconds)
    logger.info(
        "request", method=request.method, route=route, status=response.status_code, milliseconds=round(seconds * 1000)
    )
