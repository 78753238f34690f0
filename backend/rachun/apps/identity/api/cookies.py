"""The refresh token of a browser: a cookie no script can read, and beside it the value a script must send back."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.identity.services.sessions import SESSION_LENGTH, Tokens

REFRESH_COOKIE = "rachun_refresh"
CSRF_COOKIE = "rachun_csrf"
CSRF_HEADER = "X-CSRF-Token"
REFRESH_PATH = "/api/v1/auth"


def set_cookies(*, response: Response, tokens: Tokens) -> None:
    assert tokens.refresh is not None, "a browser session has a refresh token"
    assert tokens.csrf is not None, "a browser session has a CSRF value"
    usual: dict[str, Any] = {
        "max_age": int(SESSION_LENGTH.total_seconds()),
        "secure": settings.PUBLIC_IS_HTTPS,
        "samesite": "Strict",
    }
    response.set_cookie(REFRESH_COOKIE, tokens.refresh, path=REFRESH_PATH, httponly=True, **usual)
    response.set_cookie(CSRF_COOKIE, tokens.csrf, path="/", httponly=False, **usual)


def drop_cookies(*, response: Response) -> None:
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH, samesite="Strict")
    response.delete_cookie(CSRF_COOKIE, path="/", samesite="Strict")


def refresh_cookie(request: Request) -> str:
    return str(request.COOKIES.get(REFRESH_COOKIE, ""))
