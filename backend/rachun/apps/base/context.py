"""Who is acting, and from where, for the length of one request, job or command."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    principal_id: UUID | None = None
    origin: str = ""
    request_id: str = ""


NOBODY = Actor()
_actor: ContextVar[Actor] = ContextVar("actor", default=NOBODY)


def current_actor() -> Actor:
    return _actor.get()


def set_actor(actor: Actor) -> None:
    """For the request middleware and the authentication, which learn the actor piece by piece."""
    _actor.set(actor)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)
