"""Who calls: a token, its session, its principal; also for requests that come a thousand times a second."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import UUIDField
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from rachun.apps.base.prepared import array, ask_prepared
from rachun.apps.base.questions import ModelQuestion, Told
from rachun.apps.identity.models import Principal
from rachun.apps.identity.permissions import may_call

Claims = Mapping[str, Any]
TOKENS_KEPT = 10_000
_SESSION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_OPEN = """
SELECT s.id FROM identity_loginsession s
  JOIN identity_principal p ON p.id = s.principal_id
 WHERE s.id = ANY(%s::uuid[]) AND s.revoked_at IS NULL AND p.is_active
"""


_OF_SESSION = ModelQuestion(
    Principal.objects,
    lambda: Principal.objects.filter(
        login_sessions__id=Told("session", UUIDField()), login_sessions__revoked_at__isnull=True, is_active=True
    ),
)


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


def _claims(authorization: bytes) -> Claims | None:
    scheme, _, raw = authorization.partition(b" ")
    if scheme != b"Bearer" or not raw or b" " in raw:
        return None
    try:
        return dict(AccessToken(raw).payload)  # type: ignore[arg-type]  # the stub wants a token, the code takes its bytes
    except TokenError:
        return None


def find_principal(*, claims: Claims) -> Principal | None:
    """The active principal of the session that the token names, while that lasts."""
    try:
        session_id = UUID(str(claims.get("sid")))
    except ValueError:
        return None
    principal = _OF_SESSION.find(session=session_id)
    return principal if principal is not None and str(principal.id) == claims.get("sub") else None


def find_caller(*, claims: Claims, operation_id: str) -> Principal | None:
    """The same, if the principal may call the operation."""
    principal = find_principal(claims=claims)
    if principal is None or not may_call(principal=principal, operation_id=operation_id):
        return None
    return principal


def find_open_sessions(*, session_ids: Collection[str]) -> Callable[[], set[str]]:
    """Those that have not ended, of principals that are active. Note [One way there and back]"""
    rows = ask_prepared(_OPEN, [array(text for text in session_ids if _SESSION.fullmatch(text))])
    return lambda: {str(session_id) for (session_id,) in rows()}
