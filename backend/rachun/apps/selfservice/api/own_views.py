"""What a subscriber sees and does: the own accounts and nothing else, by scope."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.billing.models import Bill
from rachun.apps.customers.models import Account
from rachun.apps.documents.rendering.bill_data import PaymentSlip
from rachun.apps.documents.rendering.code_images import code_svg
from rachun.apps.identity.scope import scope_of
from rachun.apps.selfservice import selectors
from rachun.apps.selfservice.api import own_serializers as told_as
from rachun.apps.selfservice.api.today import today_of
from rachun.values.money import Money

LINKS = ("https://",)


@extend_schema(tags=["selfservice"])
class OwnAccountViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Account]):
    operations = {
        "list": "listOwnAccounts",
        "retrieve": "getOwnAccount",
        "payment_slip": "getOwnPaymentSlip",
        "history": "getOwnHistory",
        "meters": "getOwnMeters",
    }
    queryset = Account.objects.none()
    serializer_class = told_as.OwnAccountOut
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Account]:
        return selectors.list_own_accounts(scope=scope_of(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What is owed on each, by when, the latest bill and the latest payment."""
        accounts = self.paginate_queryset(self.get_queryset()) or []
        today = today_of(accounts[0].legal_entity) if accounts else timezone.now().date()
        told = selectors.at_a_glance(accounts=accounts, today=today)
        return self.get_paginated_response(told_as.OwnAccountOut(told, many=True).data)

    def retrieve(self, request: Request, id: UUID) -> Response:
        account = self.get_object()
        [told] = selectors.at_a_glance(accounts=[account], today=today_of(account.legal_entity))
        return Response(told_as.OwnAccountOut(told).data)

    @extend_schema(responses=told_as.OwnSlipOut)
    @action(detail=True, methods=["get"], url_path="payment-slip", pagination_class=None)
    def payment_slip(self, request: Request, id: UUID) -> Response:
        """How to pay what is owed now: where to, with which words, and the codes that phones and cash desks read."""
        account = self.get_object()
        found = selectors.find_slip(account=account, today=today_of(account.legal_entity))
        told = None if found is None else slip_of(bill=found[0], slip=found[1])
        return Response(told_as.OwnSlipOut({"slip": told}).data)

    @extend_schema(responses=told_as.OwnHistoryOut)
    @action(detail=True, methods=["get"], pagination_class=None)
    def history(self, request: Request, id: UUID) -> Response:
        """24 months: what was billed, and what was used of each metered service."""
        account = self.get_object()
        history = selectors.get_history(account_id=account.id, currency=account.legal_entity.currency)
        return Response(told_as.OwnHistoryOut(history).data)

    @extend_schema(responses=told_as.OwnMetersOut)
    @action(detail=True, methods=["get"], pagination_class=None)
    def meters(self, request: Request, id: UUID) -> Response:
        """The counters that serve the account today, with the latest value of each."""
        account = self.get_object()
        own = selectors.list_own_registers(scope=scope_of(request), today=today_of(account.legal_entity))
        mine = [one for one in own if one.agreement.account_id == account.id]
        return Response(told_as.OwnMetersOut({"account_id": account.id, "registers": mine}).data)


def slip_of(*, bill: Bill, slip: PaymentSlip) -> dict[str, Any]:
    return {
        "bill_id": bill.id,
        "payee": slip.payee,
        "bank_account": slip.account,
        "reference": slip.reference,
        "purpose": slip.purpose,
        "amount_minor": Money(amount=slip.amount, currency=bill.currency).to_minor(),
        "currency": bill.currency,
        "further": slip.fields,
        "codes": [
            {
                "kind": code.kind.value,
                "symbology": code.symbology.value,
                "content": code.content,
                "svg": str(code_svg(code)),
                "link": code.content if code.content.startswith(LINKS) else None,
            }
            for code in slip.codes
        ],
    }
