"""Signing in and out."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.identity.api.cookies import CSRF_HEADER, claims_of_cookie, drop_cookies, set_cookies
from rachun.apps.identity.api.serializers import ClientTokenIn, LoginIn, MeOut, PasswordIn, RefreshIn, TokensOut
from rachun.apps.identity.models import Principal
from rachun.apps.identity.selectors import describe_principal
from rachun.apps.identity.services.principals import change_password
from rachun.apps.identity.services.sessions import (
    CsrfFailed,
    SessionEnded,
    Tokens,
    end_session,
    open_session,
    read_refresh_token,
    renew_session,
)
from rachun.apps.identity.services.sign_in import WrongCredentials, check_client, check_login
from rachun.apps.identity.services.throttle_login import LoginLocked


def answer(*, tokens: Tokens, is_cookie_mode: bool) -> Response:
    """A browser never sees its refresh token, an app has no cookies."""
    body = {
        "access": tokens.access,
        "expires_in_s": tokens.expires_in_s,
        "refresh": None if is_cookie_mode else tokens.refresh,
        "csrf": tokens.csrf if is_cookie_mode else None,
    }
    response = Response(body)
    if is_cookie_mode:
        set_cookies(response=response, tokens=tokens)
    return response


def signed_in(request: Request) -> Principal:
    assert isinstance(request.user, Principal), "the permission lets nobody else in"
    return request.user


class PublicView(APIView):
    """Nobody is signed in yet; limits are per address."""

    authentication_classes = ()
    permission_classes = ()


@extend_schema(tags=["auth"])
class LoginView(PublicView):
    operations = {"post": "login"}

    @extend_schema(request=LoginIn, responses={200: TokensOut, **problems(WrongCredentials, LoginLocked)})
    def post(self, request: Request) -> Response:
        told = checked(LoginIn, request)
        now = timezone.now()
        address = request.META.get("REMOTE_ADDR", "")
        principal = check_login(login=told["login"], password=told["password"], address=address, now=now)
        tokens = open_session(principal=principal, origin=address, now=now)
        return answer(tokens=tokens, is_cookie_mode=told["mode"] == "cookie")


@extend_schema(tags=["auth"])
class RefreshView(PublicView):
    operations = {"post": "refreshTokens"}

    @extend_schema(
        request=RefreshIn,
        parameters=[OpenApiParameter(CSRF_HEADER, str, OpenApiParameter.HEADER)],
        responses={200: TokensOut, **problems(SessionEnded, CsrfFailed)},
    )
    def post(self, request: Request) -> Response:
        told = checked(RefreshIn, request)
        is_cookie_mode = "refresh" not in told
        claims = claims_of_cookie(request) if is_cookie_mode else read_refresh_token(text=told["refresh"])
        return answer(tokens=renew_session(claims=claims, now=timezone.now()), is_cookie_mode=is_cookie_mode)


@extend_schema(tags=["auth"])
class ClientTokenView(PublicView):
    operations = {"post": "issueClientToken"}

    @extend_schema(request=ClientTokenIn, responses={200: TokensOut, **problems(WrongCredentials, LoginLocked)})
    def post(self, request: Request) -> Response:
        told = checked(ClientTokenIn, request)
        now = timezone.now()
        address = request.META.get("REMOTE_ADDR", "")
        principal = check_client(client_id=told["client_id"], secret=told["client_secret"], address=address, now=now)
        tokens = open_session(principal=principal, origin=address, now=now, has_refresh=False)
        return answer(tokens=tokens, is_cookie_mode=False)


@extend_schema(tags=["auth"])
class LogoutView(APIView):
    operations = {"post": "logout"}
    open_to_signed_in = ("logout",)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        end_session(session_id=request.auth["sid"], now=timezone.now())  # type: ignore[index]
        response = Response(status=204)
        drop_cookies(response=response, kind=signed_in(request).kind)
        return response


@extend_schema(tags=["auth"])
class PasswordView(APIView):
    operations = {"post": "changePassword"}
    open_to_signed_in = ("changePassword",)

    @extend_schema(request=PasswordIn, responses={204: None, **problems(WrongCredentials)})
    def post(self, request: Request) -> Response:
        told = checked(PasswordIn, request)
        change_password(
            principal=signed_in(request), current=told["current_password"], new=told["new_password"], now=timezone.now()
        )
        response = Response(status=204)
        drop_cookies(response=response, kind=signed_in(request).kind)
        return response


@extend_schema(tags=["auth"])
class MeView(APIView):
    operations = {"get": "getMe"}
    open_to_signed_in = ("getMe",)

    @extend_schema(responses={200: MeOut})
    def get(self, request: Request) -> Response:
        return Response(MeOut(describe_principal(principal=signed_in(request))).data)
