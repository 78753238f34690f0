"""Checking who somebody is, in the same time and with the same words whether the login exists or not."""

import hmac
from datetime import datetime
from functools import cache
from hashlib import sha256

from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import NotAuthenticated
from rachun.apps.identity.models import ApiClient, Principal
from rachun.apps.identity.services.throttle_login import forget_failures, note_failure, refuse_if_locked


class WrongCredentials(NotAuthenticated):
    code = "wrong_credentials"
    title = _("The login or the password is wrong.")


@cache
def decoy_hash() -> str:
    """What an unknown login is compared with, so that it costs the same."""
    return make_password("nobody has this password")


def check_login(*, login: str, password: str, address: str, now: datetime) -> Principal:
    """Raises LoginLocked, WrongCredentials."""
    refuse_if_locked(login=login, address=address, now=now)
    decoy = decoy_hash()
    principal = Principal.objects.filter(login=login).exclude(kind=Principal.Kind.API_CLIENT).first()
    known = principal is not None and principal.is_active and is_password_usable(principal.password)
    encoded = principal.password if principal is not None and known else decoy
    is_right = check_password(password, encoded)
    if principal is None or not known or not is_right:
        note_failure(login=login, address=address, now=now)
        raise WrongCredentials
    forget_failures(login=login)
    return principal


def check_client(*, client_id: str, secret: str, address: str, now: datetime) -> Principal:
    """Raises LoginLocked, WrongCredentials."""
    refuse_if_locked(login=client_id, address=address, now=now)
    found = ApiClient.objects.select_related("principal").filter(principal__login=client_id).first()
    expected = found.key_hash if found else "0" * 64
    is_right = hmac.compare_digest(hash_secret(secret), expected)
    if found is None or not is_right or not found.principal.is_active:
        note_failure(login=client_id, address=address, now=now)
        raise WrongCredentials
    return found.principal


def hash_secret(secret: str) -> str:
    """For secrets we made ourselves: long and random, so nothing slower is needed."""
    return sha256(secret.encode()).hexdigest()
