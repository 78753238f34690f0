"""Bearer tokens. A token is as good as its session: revoking the session ends it at once."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import Token

from rachun.apps.base.context import current_actor, set_actor
from rachun.apps.identity.services.callers import find_principal


class SessionAuthentication(JWTAuthentication):
    """Signature, audience, issuer and age by simplejwt; principal and session by one query."""

    def get_user(self, validated_token: Token) -> Any:
        principal = find_principal(claims=validated_token.payload)
        if principal is None:
            raise AuthenticationFailed(_("The session has ended. Sign in again."), code="session_ended")
        set_actor(replace(current_actor(), principal_id=principal.id))
        return principal


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
