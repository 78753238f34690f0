from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.customers.models import Account
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_legal_entity
from rachun.apps.ledger.services.refusals import PeriodIsClosed
from rachun.apps.payments.api.filters import ReceiptFilter
from rachun.apps.payments.api.serializers import ReceiptIn, ReceiptOut
from rachun.apps.payments.models import Receipt
from rachun.apps.payments.selectors.receipts import list_receipts
from rachun.apps.payments.services.record_receipt import (
    AccountNumberUnknown,
    ReceiptFacts,
    ReceiptInvalid,
    ReceiptKeyReused,
    find_account,
    record_receipt,
)
from rachun.values.money import Money


@extend_schema(tags=["payments"])
class ReceiptViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Receipt]):
    operations = {"list": "listReceipts", "retrieve": "getReceipt", "create": "createReceipt"}
    queryset = Receipt.objects.none()
    serializer_class = ReceiptOut
    filterset_class = ReceiptFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Receipt]:
        return list_receipts(scope=scope_of(self.request))

    @extend_schema(
        request=ReceiptIn,
        responses={
            201: ReceiptOut,
            **problems(ReceiptInvalid, ReceiptKeyReused, AccountNumberUnknown, PeriodIsClosed),
        },
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """The same facts with the same external key answer the receipt that is there."""
        told = checked(ReceiptIn, request)
        scope = scope_of(request)
        get_legal_entity(scope=scope, legal_entity_id=told["legal_entity_id"])
        account = find_account(legal_entity_id=told["legal_entity_id"], number=told["account_number"])
        if not Account.objects.filter(scope.on(), id=account.id).exists():
            raise AccountNumberUnknown(number=told["account_number"])
        amount = told.pop("amount")
        if told["currency"] != account.legal_entity.currency:
            raise ReceiptInvalid(currency=account.legal_entity.currency)
        minor = Money(amount=amount, currency=told["currency"]).to_minor()
        receipt = record_receipt(
            facts=ReceiptFacts(amount_minor=minor, **told), recorded_by=request.user.pk, recorded_at=timezone.now()
        )
        return Response(ReceiptOut(receipt).data, status=201)
