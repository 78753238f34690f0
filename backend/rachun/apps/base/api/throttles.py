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
        limit, length_s = settings.RACHUN_RATES[self.name]
        number, spent_s = divmod(time.time(), length_s)
        self.retry_after_s = length_s - spent_s
        hashed = sha256(subject.encode()).hexdigest()[:32]
        try:
            return count_one(key=f"rate:{self.name}:{hashed}:{int(number)}", length_s=length_s) <= limit
        except RedisError:
            logger.warning("rate_limit_not_counted", limit=self.name)
            return True

    def wait(self) -> float | None:
        return self.retry_after_s


def count_one(*, key: str, length_s: int) -> int:
    cache.add(key, 0, timeout=length_s * 2)
    try:
        return int(cache.incr(key))
    except ValueError:  # expired between the two calls
        return 1


class PerPrincipal(Window):
    name = "principal"

    def key(self, *, request: Request, view: Any) -> str | None:
        return str(request.user.pk) if request.user and request.user.is_authenticated else None


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
