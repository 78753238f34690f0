"""Signed-in sessions: one family of refresh tokens each. An old one used again ends the family."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from rachun.apps.base.errors import Forbidden, NotAuthenticated
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.identity.models import LoginSession, Principal

SESSION_LENGTH = timedelta(days=30)
logger = structlog.get_logger(__name__)


class SessionEnded(NotAuthenticated):
    code = "session_ended"
    title = _("The session has ended. Sign in again.")


class CsrfFailed(Forbidden):
    code = "csrf_failed"
    title = _("The request did not come from our page.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    access: str
    expires_in_s: int
    refresh: str | None
    csrf: str | None
    kind: str  # of the principal


def open_session(*, principal: Principal, origin: str, now: datetime, has_refresh: bool = True) -> Tokens:
    """Start a session. API clients get no refresh token: they have their secret."""
    with transaction.atomic():
        session = LoginSession.objects.create(
            principal=principal, started_at=now, expires_at=now + SESSION_LENGTH, origin=origin
        )
        return make_tokens(session=session, principal=principal, has_refresh=has_refresh)


def make_tokens(*, session: LoginSession, principal: Principal, has_refresh: bool) -> Tokens:
    access = AccessToken.for_user(principal)
    access["sid"] = str(session.id)
    access["kind"] = principal.kind
    csrf = secrets.token_urlsafe(24) if has_refresh else None
    refresh = None
    if has_refresh:
        token = RefreshToken.for_user(principal)
        token["sid"] = str(session.id)
        token["csrf"] = csrf
        refresh = str(token)
    return Tokens(
        access=str(access),
        expires_in_s=int(AccessToken.lifetime.total_seconds()),
        refresh=refresh,
        csrf=csrf,
        kind=principal.kind,
    )


def read_refresh_token(*, text: str) -> dict[str, Any]:
    """The verified claims. Raises SessionEnded for anything forged, expired or of another type."""
    try:
        claims = dict(token_backend.decode(text, verify=True))  # type: ignore[arg-type]  # the stub wants the class, the code a string
    except (TokenBackendError, TokenError):
        raise SessionEnded from None
    if claims.get("token_type") != RefreshToken.token_type or "sid" not in claims or "jti" not in claims:
        raise SessionEnded
    return claims


def check_csrf(*, claims: dict[str, Any], told: str) -> None:
    """Raises CsrfFailed. The value is bound to the very refresh token, so a cookie planted by a neighbour fails too."""
    if not hmac.compare_digest(str(claims.get("csrf", "")).encode(), told.encode()) or not told:
        raise CsrfFailed


def renew_session(*, claims: dict[str, Any], now: datetime) -> Tokens:
    """Exchange a refresh token for a new pair; the old one is spent.

    Raises SessionEnded, after revoking the family when the token had been spent before.
    """
    with transaction.atomic(durable=True):
        session = LoginSession.objects.select_for_update().filter(id=claims["sid"], revoked_at__isnull=True).first()
        if session is None or session.expires_at <= now or not session.principal.is_active:
            raise SessionEnded
        if spend(jti=str(claims["jti"])):
            return make_tokens(session=session, principal=session.principal, has_refresh=True)
        revoke(session_ids=[session.id], why="refresh_reused", now=now)
    logger.warning("refresh_token_reused", session_id=str(session.id))
    raise SessionEnded


def spend(*, jti: str) -> bool:
    """False when the token was spent before. The session row is locked, so two at once take turns."""
    outstanding = OutstandingToken.objects.filter(jti=jti).first()
    if outstanding is None:
        return False
    _blacklisted, is_first = BlacklistedToken.objects.get_or_create(token=outstanding)
    return is_first


def revoke(*, session_ids: list[UUID], why: str, now: datetime) -> None:
    """Every token of these sessions is refused from the next request on, access tokens too."""
    assert_in_transaction()
    open_ones = LoginSession.objects.filter(id__in=session_ids, revoked_at__isnull=True)
    open_ones.update(revoked_at=now, revoked_why=why)


def end_session(*, session_id: UUID, now: datetime) -> None:
    with transaction.atomic():
        revoke(session_ids=[session_id], why="logout", now=now)


def revoke_all(*, principal_id: UUID, why: str, now: datetime) -> None:
    assert_in_transaction()
    open_ones = LoginSession.objects.filter(principal_id=principal_id, revoked_at__isnull=True)
    open_ones.update(revoked_at=now, revoked_why=why)
