"""Rate limits: per principal, per address, per costly operation. Counted in Valkey; without it nothing is limited."""

import time
from hashlib import sha256
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = structlog.get_logger(__name__)


class Window(BaseThrottle):
    """So many calls in a fixed window. settings.RACHUN_RATES holds (calls, seconds) by name."""

    name = ""
    retry_after_s: float | None = None

    def key(self, *, request: Request, view: Any) -> str | None:
        """Whom to count, or None when this limit is not meant for the call."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: Any) -> bool:
        subject = self.key(request=request, view=view)
        if subject is None:
            return True
        length_s = settings.RACHUN_RATES[self.name][1]
        self.retry_after_s = length_s - time.time() % length_s
        left = count_up(name=self.name, subject=subject, by=1)
        return left is None or left >= 0

    def wait(self) -> float | None:
        return self.retry_after_s


def count_up(*, name: str, subject: str, by: int) -> int | None:
    """How many calls of the running window may still be made after these; None when nothing can be counted."""
    limit, length_s = settings.RACHUN_RATES[name]
    number = int(time.time() // length_s)
    try:
        return int(limit) - count(key=_key(name=name, subject=subject, number=number), length_s=length_s, by=by)
    except RedisError:
        logger.warning("rate_limit_not_counted", limit=name)
        return None


def _key(*, name: str, subject: str, number: int) -> str:
    return f"rate:{name}:{sha256(subject.encode()).hexdigest()[:32]}:{number}"


def count(*, key: str, length_s: int, by: int = 1) -> int:
    try:
        return int(cache.incr(key, by))
    except ValueError:  # the first of its window
        cache.add(key, 0, timeout=length_s * 2)
    try:
        return int(cache.incr(key, by))
    except ValueError:  # expired between the two calls
        return by


def count_one(*, key: str, length_s: int) -> int:
    return count(key=key, length_s=length_s)


class PerPrincipal(Window):
    name = "principal"

    def key(self, *, request: Request, view: Any) -> str | None:
        return str(request.user.pk) if request.user and request.user.is_authenticated else None


class Frequent(PerPrincipal):
    """In the place of all others, for what another system calls for every single event."""

    name = "frequent"


class PerAddress(Window):
    name = "address"

    def key(self, *, request: Request, view: Any) -> str | None:
        signed_in = bool(request.user and request.user.is_authenticated)
        return None if signed_in else str(request.META.get("REMOTE_ADDR", ""))


class Costly(Window):
    """For views that set costly_actions = ("document", …)."""

    name = "costly"

    def key(self, *, request: Request, view: Any) -> str | None:
        action = getattr(view, "action", None) or (request.method or "").lower()
        if action not in getattr(view, "costly_actions", ()):
            return None
        return f"{request.user.pk}:{type(view).__name__}:{action}"
