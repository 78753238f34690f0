"""Refusals as facts: one tree, stable codes, texts in the reader's language. One handler makes problem+json of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One wrong place of a request: pointer is a JSON pointer into the body, or the name of a parameter."""

    pointer: str
    code: str
    detail: str | Promise = ""
    params: dict[str, Any] = field(default_factory=dict)


class DomainError(Exception):
    """Subclasses set status, code and title; the keyword arguments are told to the client as params."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid_request"
    title: ClassVar[str | Promise] = _("The request is not valid.")

    def __init__(self, *, errors: Sequence[FieldProblem] = (), detail: str | Promise = "", **params: Any) -> None:
        super().__init__(self.code, params)
        self.errors = tuple(errors)
        self.detail = detail
        self.params = params

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({told})" if told else self.code


class Invalid(DomainError):
    """The request itself is malformed."""


class NotAuthenticated(DomainError):
    status = 401
    code = "not_authenticated"
    title = _("Sign in first.")


class Forbidden(DomainError):
    status = 403
    code = "forbidden"
    title = _("You may not do this.")


class NotFound(DomainError):
    status = 404
    code = "not_found"
    title = _("There is no such object, or you may not see it.")


class Conflict(DomainError):
    """The object is not in a state that allows this now."""

    status = 409
    code = "conflict"
    title = _("The object has changed or is not in a state that allows this.")


class PreconditionFailed(DomainError):
    status = 412
    code = "precondition_failed"
    title = _("Somebody else changed the object after you read it.")


class TooLarge(DomainError):
    status = 413
    code = "too_large"
    title = _("The upload is larger than allowed.")


class Refused(DomainError):
    """The request is well formed, but a rule of the trade forbids it."""

    status = 422
    code = "refused"
    title = _("A rule does not allow this.")


class PreconditionRequired(DomainError):
    status = 428
    code = "precondition_required"
    title = _("Send If-Match with the version you read.")


class TooManyRequests(DomainError):
    """params must hold retry_after_s."""

    status = 429
    code = "too_many_requests"
    title = _("Too many requests. Wait a moment.")


class Unavailable(DomainError):
    status = 503
    code = "unavailable"
    title = _("The service is not available for a moment. Try again.")
