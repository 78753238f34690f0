from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_whole_legal_entity
from rachun.apps.ledger.api import filters
from rachun.apps.ledger.api import serializers as told_as
from rachun.apps.ledger.models import AccountingPeriod, Entry, LedgerAccount, OpenItem
from rachun.apps.ledger.selectors import books
from rachun.apps.ledger.selectors.balances import get_trial_balance, with_balances
from rachun.apps.ledger.services import periods


@extend_schema(tags=["ledger"])
class LedgerAccountViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[LedgerAccount]):
    operations = {"list": "listLedgerAccounts"}
    queryset = LedgerAccount.objects.none()
    serializer_class = told_as.LedgerAccountOut
    filterset_class = filters.LedgerAccountFilter

    def get_queryset(self) -> QuerySet[LedgerAccount]:
        return books.list_ledger_accounts(scope=scope_of(self.request))


@extend_schema(tags=["ledger"])
class EntryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Entry]):
    operations = {"list": "listEntries", "retrieve": "getEntry"}
    queryset = Entry.objects.none()
    serializer_class = told_as.EntryOut
    filterset_class = filters.EntryFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Entry]:
        return books.list_entries(scope=scope_of(self.request))

    @extend_schema(responses=told_as.EntryWithPostingsOut)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        entry = self.get_object()
        postings = told_as.PostingOut(books.list_postings(entry_ids=[entry.id]), many=True)
        return Response({**told_as.EntryOut(entry).data, "postings": postings.data})


@extend_schema(tags=["ledger"])
class OpenItemViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[OpenItem]):
    operations = {"list": "listOpenItems"}
    queryset = OpenItem.objects.none()
    serializer_class = told_as.OpenItemOut
    filterset_class = filters.OpenItemFilter

    def get_queryset(self) -> QuerySet[OpenItem]:
        return books.list_open_items(scope=scope_of(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(told_as.OpenItemOut(with_balances(items=page or []), many=True).data)


@extend_schema(tags=["ledger"])
class PeriodViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[AccountingPeriod]):
    operations = {"list": "listAccountingPeriods", "close": "closeAccountingPeriod", "reopen": "reopenAccountingPeriod"}
    queryset = AccountingPeriod.objects.none()
    serializer_class = told_as.PeriodOut
    filterset_class = filters.PeriodFilter

    def get_queryset(self) -> QuerySet[AccountingPeriod]:
        return books.list_periods(scope=scope_of(self.request))

    @extend_schema(
        request=told_as.PeriodCloseIn, responses={200: told_as.PeriodOut, **problems(periods.PeriodAlreadyClosed)}
    )
    @action(detail=False, methods=["post"], filterset_class=None)
    def close(self, request: Request) -> Response:
        told = checked(told_as.PeriodCloseIn, request)
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        return Response(told_as.PeriodOut(periods.close_period(changed_at=timezone.now(), **told)).data)

    @extend_schema(
        request=told_as.PeriodReopenIn,
        responses={200: told_as.PeriodOut, **problems(periods.PeriodNotClosed, periods.ReasonMissing)},
    )
    @action(detail=False, methods=["post"], filterset_class=None)
    def reopen(self, request: Request) -> Response:
        told = checked(told_as.PeriodReopenIn, request)
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        return Response(told_as.PeriodOut(periods.reopen_period(changed_at=timezone.now(), **told)).data)


@extend_schema(tags=["ledger"])
class TrialBalanceView(APIView):
    operations = {"get": "getTrialBalance"}
    costly_actions = ("get",)

    @extend_schema(parameters=[told_as.TrialBalanceIn], responses=told_as.TrialBalanceRowOut(many=True))
    def get(self, request: Request) -> Response:
        asked = told_as.TrialBalanceIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        return Response(told_as.TrialBalanceRowOut(get_trial_balance(**told), many=True).data)
