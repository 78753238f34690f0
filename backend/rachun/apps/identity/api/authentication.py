"""Bearer tokens. A token is as good as its session: revoking the session ends it at once."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken
from rest_framework_simplejwt.tokens import Token

from rachun.apps.base.context import current_actor, set_actor
from rachun.apps.base.prepared import run_prepared
from rachun.apps.identity.models import LoginSession, Principal

Claims = Mapping[str, Any]
TOKENS_KEPT = 10_000


class SessionAuthentication(JWTAuthentication):
    """Signature, audience, issuer and age by simplejwt; principal and session by one query."""

    def get_user(self, validated_token: Token | Claims) -> Any:
        sessions = LoginSession.objects.select_related("principal", "principal__api_client")
        try:
            session_id = UUID(str(validated_token.get("sid")))
        except ValueError:
            raise AuthenticationFailed(_("The session has ended. Sign in again."), code="session_ended") from None
        session = sessions.filter(id=session_id, revoked_at__isnull=True, principal__is_active=True).first()
        if session is None or str(session.principal_id) != validated_token.get("sub"):
            raise AuthenticationFailed(_("The session has ended. Sign in again."), code="session_ended")
        principal: Principal = session.principal
        set_actor(replace(current_actor(), principal_id=principal.id))
        return principal


class ReadTokens:
    """Tokens whose signature was found right, so that it is looked at once; their age is looked at each time."""

    def __init__(self) -> None:
        self._known: dict[bytes, Claims] = {}

    def claims(self, *, authorization: bytes, now: float) -> Claims | None:
        """None for whatever is not a token of ours in force: SessionAuthentication says what is wrong with it."""
        found = self._known.get(authorization)
        if found is None:
            found = _claims(authorization)
            if found is None:
                return None
            if len(self._known) >= TOKENS_KEPT:
                self._known.clear()
            self._known[authorization] = found
        return found if now < found["exp"] else None


def find_open_sessions(*, session_ids: Collection[str], lock_timeout: str) -> set[str]:
    """Those that have not ended, of principals that are active; and how long this transaction waits for a lock."""
    rows = run_prepared(_OPEN, [lock_timeout, [text for text in session_ids if _SESSION.fullmatch(text)]])
    return {str(session_id) for (session_id, _lock_timeout) in rows}


_SESSION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_OPEN = """
SELECT s.id, set_config('lock_timeout', %s, true) FROM identity_loginsession s
  JOIN identity_principal p ON p.id = s.principal_id
 WHERE s.id = ANY(%s::uuid[]) AND s.revoked_at IS NULL AND p.is_active
"""


def _claims(authorization: bytes) -> Claims | None:
    scheme, _, raw = authorization.partition(b" ")
    if scheme != b"Bearer" or not raw or b" " in raw:
        return None
    try:
        return dict(SessionAuthentication().get_validated_token(raw).payload)
    except InvalidToken:
        return None


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
