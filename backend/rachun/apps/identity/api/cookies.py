"""The refresh token of a browser: a cookie no script can read, and beside it the value a script must send back."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.identity.models import Principal
from rachun.apps.identity.services.sessions import (
    SESSION_LENGTH,
    CsrfFailed,
    SessionEnded,
    Tokens,
    check_csrf,
    read_refresh_token,
)

REFRESH_COOKIE = "rachun_refresh"
CSRF_COOKIE = "rachun_csrf"
# The portal lives on the same address: an operator who looks at it as a subscriber stays signed in as both.
PORTAL_REFRESH_COOKIE = "rachun_portal_refresh"
PORTAL_CSRF_COOKIE = "rachun_portal_csrf"
CSRF_HEADER = "X-CSRF-Token"
REFRESH_PATH = "/api/v1/auth"


def names_of(kind: str) -> tuple[str, str]:
    """The refresh cookie and its CSRF value of a principal of this kind."""
    if kind == Principal.Kind.SUBSCRIBER:
        return PORTAL_REFRESH_COOKIE, PORTAL_CSRF_COOKIE
    return REFRESH_COOKIE, CSRF_COOKIE


def set_cookies(*, response: Response, tokens: Tokens) -> None:
    assert tokens.refresh is not None, "a browser session has a refresh token"
    assert tokens.csrf is not None, "a browser session has a CSRF value"
    usual: dict[str, Any] = {
        "max_age": int(SESSION_LENGTH.total_seconds()),
        "secure": settings.PUBLIC_IS_HTTPS,
        "samesite": "Strict",
    }
    refresh_name, csrf_name = names_of(tokens.kind)
    response.set_cookie(refresh_name, tokens.refresh, path=REFRESH_PATH, httponly=True, **usual)
    response.set_cookie(csrf_name, tokens.csrf, path="/", httponly=False, **usual)


def drop_cookies(*, response: Response, kind: str) -> None:
    refresh_name, csrf_name = names_of(kind)
    response.delete_cookie(refresh_name, path=REFRESH_PATH, samesite="Strict")
    response.delete_cookie(csrf_name, path="/", samesite="Strict")


def claims_of_cookie(request: Request) -> dict[str, Any]:
    """The claims of the refresh cookie that the CSRF header belongs to. Raises SessionEnded, CsrfFailed."""
    told = request.headers.get(CSRF_HEADER, "")
    refused: Exception = SessionEnded()
    for name in (REFRESH_COOKIE, PORTAL_REFRESH_COOKIE):
        try:
            claims = read_refresh_token(text=str(request.COOKIES.get(name, "")))
            check_csrf(claims=claims, told=told)
        except CsrfFailed as error:
            refused = error
        except SessionEnded:
            continue
        else:
            return claims
    raise refused
