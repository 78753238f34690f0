from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.files import read_file
from rachun.apps.billing.api import serializers as told_as
from rachun.apps.billing.api.explanation_serializers import BillExplanationOut
from rachun.apps.billing.api.filters import BillFilter
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.explanation import BillExplanation, get_explanation
from rachun.apps.billing.selectors.told_explanation import told
from rachun.apps.billing.selectors.visible_bills import list_bills, list_charges
from rachun.apps.billing.services.print_explanation import print_explanation
from rachun.apps.billing.services.render_bill import ensure_document
from rachun.apps.identity.scope import scope_of
from rachun.apps.ledger.selectors.books import list_source_postings

PDF = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")}


def by_service(*, bill: Bill, charges: Sequence[Charge]) -> list[dict[str, Any]]:
    """The lines by agreement, in the order of services on a bill."""
    groups: dict[UUID, dict[str, Any]] = {}
    for charge in charges:
        charge.bill_currency = bill.currency  # type: ignore[attr-defined]
        group = groups.setdefault(
            charge.agreement_id,
            {
                "service_code": charge.agreement.service.code,
                "service_names": charge.agreement.service.names,
                "service_point_code": charge.agreement.service_point.code,
                "agreement_id": charge.agreement_id,
                "position": charge.agreement.service.position,
                "lines": [],
            },
        )
        group["lines"].append(charge)
    return sorted(groups.values(), key=lambda group: group["position"])


@extend_schema(tags=["bills"])
class BillViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    operations = {
        "list": "listBills",
        "retrieve": "getBill",
        "postings": "listBillPostings",
        "document": "getBillDocument",
        "explanation": "getBillExplanation",
        "explanation_document": "getBillExplanationDocument",
    }
    costly_actions = ("document", "explanation_document")
    queryset = Bill.objects.none()
    serializer_class = told_as.BillOut
    filterset_class = BillFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Bill]:
        return list_bills(scope=scope_of(self.request))

    @extend_schema(responses=told_as.BillWithLinesOut)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        bill = self.get_object()
        services = by_service(bill=bill, charges=list(list_charges(bill=bill)))
        lines = told_as.ServiceLinesOut(services, many=True).data
        return Response({**told_as.BillOut(bill).data, "services": lines})

    @extend_schema(responses=told_as.BillPostingOut(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def postings(self, request: Request, id: UUID) -> Response:
        page = self.paginate_queryset(list_source_postings(source_kind="BILL", source_id=self.get_object().id))
        return self.get_paginated_response(told_as.BillPostingOut(page, many=True).data)

    @extend_schema(parameters=[told_as.DocumentIn], responses=PDF)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def document(self, request: Request, id: UUID) -> HttpResponse:
        """The bill on paper; printed now if it was not before. Without a language, in the holder's own."""
        asked = told_as.DocumentIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        document = ensure_document(
            bill=self.get_object(), language=asked.validated_data["language"], rendered_at=timezone.now()
        )
        name = f"{document.number}-{document.language}.pdf".replace("/", "-")
        headers = {"Content-Disposition": f'inline; filename="{name}"', "ETag": f'"{document.sha256}"'}
        return HttpResponse(read_file(digest=document.sha256), content_type=document.media_type, headers=headers)

    @extend_schema(parameters=[told_as.DocumentIn], responses=BillExplanationOut)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def explanation(self, request: Request, id: UUID) -> Response:
        """How each amount came about, from what was stored with it. Without a language, in the holder's own."""
        return Response(BillExplanationOut(told(self.explained(request))).data)

    @extend_schema(parameters=[told_as.DocumentIn], responses=PDF)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None, url_path="explanation/document")
    def explanation_document(self, request: Request, id: UUID) -> HttpResponse:
        """The explanation on paper. It is made anew from the books each time and not kept."""
        explanation = self.explained(request)
        name = f"{explanation.bill.number}-explanation-{explanation.language}.pdf".replace("/", "-")
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return HttpResponse(print_explanation(explanation), content_type="application/pdf", headers=headers)

    def explained(self, request: Request) -> BillExplanation:
        asked = told_as.DocumentIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        bill = self.get_object()
        return get_explanation(bill=bill, language=asked.validated_data["language"] or bill.account.party.language)


class OwnBillViewSet(BillViewSet):
    """What a subscriber sees of the own accounts."""

    operations = {
        "list": "listOwnBills",
        "retrieve": "getOwnBill",
        "document": "getOwnBillDocument",
        "explanation": "getOwnBillExplanation",
        "explanation_document": "getOwnBillExplanationDocument",
    }
    postings = None  # type: ignore[assignment]
