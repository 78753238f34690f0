from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.customers.selectors import get_account
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.services.activation import ActivationCodeWrong, activate_login
from rachun.apps.selfservice import services
from rachun.apps.selfservice.api.serializers import (
    ActivationIn,
    ActivationRequestIn,
    SubscriberLoginIn,
    SubscriberLoginOut,
)
from rachun.apps.selfservice.api.throttles import ActivationsPerAddress, ActivationsPerId


class PublicView(APIView):
    """Nobody is signed in yet."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (ActivationsPerAddress, ActivationsPerId)


@extend_schema(tags=["selfservice"])
class ActivationRequestView(PublicView):
    operations = {"post": "requestActivation"}

    @extend_schema(request=ActivationRequestIn, responses={202: None})
    def post(self, request: Request) -> Response:
        """Sends a code to the e-mail address on file. The answer is the same whether the id exists or not."""
        services.request_activation(unique_id=checked(ActivationRequestIn, request)["unique_id"])
        return Response(status=202)


@extend_schema(tags=["selfservice"])
class ActivationView(PublicView):
    operations = {"post": "activateSubscriber"}

    @extend_schema(request=ActivationIn, responses={204: None, **problems(ActivationCodeWrong)})
    def post(self, request: Request) -> Response:
        """Spends the code and sets the password; then login works with the unique id. Five tries, ten minutes."""
        activate_login(**checked(ActivationIn, request), now=timezone.now())
        return Response(status=204)


@extend_schema(tags=["selfservice"])
class SubscriberLoginView(APIView):
    operations = {"post": "createSubscriberLogin"}

    @extend_schema(request=SubscriberLoginIn, responses={200: SubscriberLoginOut, 201: SubscriberLoginOut})
    def post(self, request: Request) -> Response:
        """Lets the holder of an account into the portal. 200 when there is a login for it already."""
        told = checked(SubscriberLoginIn, request)
        account = get_account(scope=scope_of(request), account_id=told["account_id"])
        with edge_transaction():
            login, is_new = services.create_subscriber_login(account=account)
        answer = {"unique_id": login.unique_id, "account_id": account.id, "activated_at": login.activated_at}
        return Response(SubscriberLoginOut(answer).data, status=201 if is_new else 200)
