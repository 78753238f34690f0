"""Whatever goes wrong becomes problem+json here, and nothing inside leaks."""

import errno
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from rachun.apps.base.context import current_actor
from rachun.apps.base.errors import DomainError, FieldProblem, Forbidden, Invalid, NotFound, TooLarge, Unavailable

PROBLEM_JSON = "application/problem+json"
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
logger = structlog.get_logger(__name__)


class ProblemResponse(Response):
    """Rendered here: the client's Accept header has no say in how a problem looks."""

    @property
    def rendered_content(self) -> str:
        self["Content-Type"] = PROBLEM_JSON
        return json.dumps(self.data, cls=DjangoJSONEncoder, ensure_ascii=False)


class Told(NamedTuple):
    status: int
    code: str
    title: str | Promise
    detail: str | Promise = ""
    params: Mapping[str, Any] = {}
    errors: tuple[FieldProblem, ...] = ()
    headers: Mapping[str, str] = {}


def handle_exception(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler."""
    told = told_of(error)
    if told is None:
        logger.error("request_failed", view=type(context.get("view")).__name__, exc_info=error)
        told = internal_error()
    return ProblemResponse(problem_body(told), status=told.status, headers=dict(told.headers))


def told_of(error: Exception) -> Told | None:  # noqa: PLR0911 -- one line per kind of error reads best
    """How an error is told to the client; None when it is a fault of ours."""
    match error:
        case DomainError():
            return told_of_domain_error(error)
        case exceptions.APIException():
            return told_of_api_exception(error)
        case Http404():
            return told_of_domain_error(NotFound())
        case PermissionDenied():
            return told_of_domain_error(Forbidden())
        case RequestDataTooBig():
            return told_of_domain_error(TooLarge(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
        case SuspiciousOperation():  # too many fields or files
            return told_of_domain_error(Invalid())
        case OperationalError() | InterfaceError():
            logger.warning("database_unavailable", exc_info=error)
            return told_of_domain_error(Unavailable())._replace(headers={"Retry-After": "2"})
        case OSError(errno=number) if number in DISK_FULL:  # of large uploads, before they reach the store of files
            logger.error("disk_full", exc_info=error)
            return told_of_domain_error(Unavailable(part="disk"))
        case _:
            return None


def told_of_domain_error(error: DomainError) -> Told:
    headers = {"Retry-After": str(error.params["retry_after_s"])} if "retry_after_s" in error.params else {}
    return Told(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        params=error.params,
        errors=error.errors,
        headers=headers,
    )


def told_of_api_exception(error: exceptions.APIException) -> Told:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, int(wait)))
    if isinstance(error, exceptions.ValidationError):
        errors = tuple(flatten(error.detail, pointer=""))
        return Told(error.status_code, "invalid_request", _("The request is not valid."), errors=errors)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    title = str(error.detail if isinstance(error.detail, str) else error.default_detail)
    return Told(error.status_code, code, title, headers=headers)


def internal_error() -> Told:
    return Told(500, "internal_error", _("Something went wrong on our side. It has been noted."))


def flatten(detail: Any, *, pointer: str) -> Iterator[FieldProblem]:
    """DRF's nested lists and dictionaries of errors, as pointers."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from flatten(inner, pointer=pointer + step)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            is_message = isinstance(inner, str)
            yield from flatten(inner, pointer=pointer if is_message else f"{pointer}/{number}")
    else:
        yield FieldProblem(pointer=pointer, code=getattr(detail, "code", "invalid"), detail=str(detail))


def problem_body(told: Told) -> dict[str, Any]:
    return {
        "type": f"urn:rachun:problem:{told.code}",
        "title": str(told.title),
        "status": told.status,
        "code": told.code,
        "detail": str(told.detail),
        "instance": current_actor().request_id,
        "params": dict(told.params),
        "errors": [
            {"pointer": e.pointer, "code": e.code, "detail": str(e.detail), "params": e.params} for e in told.errors
        ],
    }


def plain_problem(told: Told) -> HttpResponse:
    """For answers outside DRF: unknown addresses, refused hosts, faults of middleware."""
    body = json.dumps(problem_body(told), cls=DjangoJSONEncoder, ensure_ascii=False)
    return HttpResponse(body, status=told.status, content_type=PROBLEM_JSON, headers=dict(told.headers))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_problem(told_of_domain_error(NotFound()))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_problem(told_of_domain_error(Forbidden()))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_problem(told_of_domain_error(DomainError()))


def server_error(request: HttpRequest) -> HttpResponse:
    return plain_problem(internal_error())
