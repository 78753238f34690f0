"""What a subscriber sees and does: the own accounts and nothing else, by scope."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.customers.models import Account
from rachun.apps.identity.scope import scope_of
from rachun.apps.selfservice import selectors
from rachun.apps.selfservice.api.own_serializers import OwnAccountOut


def today_of(account: Account) -> date:
    """The day on the calendar of the enterprise."""
    return timezone.now().astimezone(ZoneInfo(account.legal_entity.time_zone)).date()


@extend_schema(tags=["selfservice"])
class OwnAccountViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Account]):
    operations = {"list": "listOwnAccounts", "retrieve": "getOwnAccount"}
    queryset = Account.objects.none()
    serializer_class = OwnAccountOut
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Account]:
        return selectors.list_own_accounts(scope=scope_of(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What is owed on each, by when, the latest bill and the latest payment."""
        accounts = self.paginate_queryset(self.get_queryset()) or []
        today = today_of(accounts[0]) if accounts else timezone.now().date()
        told = selectors.at_a_glance(accounts=accounts, today=today)
        return self.get_paginated_response(OwnAccountOut(told, many=True).data)

    def retrieve(self, request: Request, id: UUID) -> Response:  # type: ignore[override]
        account = self.get_object()
        [told] = selectors.at_a_glance(accounts=[account], today=today_of(account))
        return Response(OwnAccountOut(told).data)
