"""Failures of one login or one address: from a limit on, a delay that doubles."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import TooManyRequests
from rachun.apps.identity.models import LoginThrottle

FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 20  # an office or a mobile network shares one address
DELAY_FIRST_S = 30
DELAY_MAX_S = 15 * 60
FORGET_AFTER = timedelta(hours=24)


class LoginLocked(TooManyRequests):
    code = "login_locked"
    title = _("Too many failed attempts. Wait before the next one.")


def keys_of(*, login: str, address: str) -> Mapping[str, int]:
    """Hashed, so that the table holds no names; each with the failures it may have."""
    return {
        sha256(f"login:{login.lower()}".encode()).hexdigest(): FAILURES_PER_LOGIN,
        sha256(f"address:{address}".encode()).hexdigest(): FAILURES_PER_ADDRESS,
    }


def refuse_if_locked(*, login: str, address: str, now: datetime) -> None:
    """Raises LoginLocked, whether the login exists or not."""
    keys = keys_of(login=login, address=address)
    found = LoginThrottle.objects.filter(key_hash__in=keys, locked_until__gt=now)
    until = found.aggregate(latest=Max("locked_until"))["latest"]
    if until is not None:
        raise LoginLocked(retry_after_s=max(1, int((until - now).total_seconds()) + 1))


def note_failure(*, login: str, address: str, now: datetime) -> None:
    for key, limit in sorted(keys_of(login=login, address=address).items()):
        with transaction.atomic():
            LoginThrottle.objects.get_or_create(key_hash=key, defaults={"latest_failure_at": now})
            row = LoginThrottle.objects.select_for_update().get(key_hash=key)
            is_old = now - row.latest_failure_at > FORGET_AFTER
            row.failures = 1 if is_old else row.failures + 1
            row.latest_failure_at = now
            row.locked_until = now + delay_after(failures=row.failures, limit=limit)
            row.save()


def delay_after(*, failures: int, limit: int) -> timedelta:
    if failures < limit:
        return timedelta(0)
    return timedelta(seconds=min(DELAY_MAX_S, DELAY_FIRST_S * 2 ** min(failures - limit, 10)))


def forget_failures(*, login: str) -> None:
    """After a success. The address keeps its count: a thief may own one good login."""
    LoginThrottle.objects.filter(key_hash=sha256(f"login:{login.lower()}".encode()).hexdigest()).delete()
