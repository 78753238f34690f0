from dataclasses import asdict
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.base.errors import NotFound
from rachun.apps.customers.models import Account
from rachun.apps.identity.scope import scope_of
from rachun.apps.ledger.selectors.balances import list_item_balances
from rachun.apps.receivables.api.serializers import AccountBalanceOut, StatementIn, StatementOut
from rachun.apps.receivables.selectors.overdue import overdue_of
from rachun.apps.receivables.selectors.statement import get_statement
from rachun.values.calendar import local_day


def visible_account(*, request: Request, account_id: UUID) -> Account:
    """Raises NotFound: the scope check."""
    accounts = Account.objects.filter(scope_of(request).on()).select_related("legal_entity")
    account = accounts.filter(id=account_id).first()
    if account is None:
        raise NotFound
    return account


@extend_schema(tags=["receivables"])
class AccountBalanceView(APIView):
    operations = {"get": "getAccountBalance"}

    @extend_schema(responses=AccountBalanceOut)
    def get(self, request: Request, account_id: UUID) -> Response:
        account = visible_account(request=request, account_id=account_id)
        items = list_item_balances(account_ids=[account.id])
        entity = account.legal_entity
        overdue = overdue_of(items, today=local_day(instant=timezone.now(), zone=entity.time_zone))
        told = {
            "account_id": account.id,
            "balance_minor": sum(item.balance_minor for item in items),
            "overdue_minor": overdue.amount_minor,
            "overdue_since": overdue.since,
            "currency": entity.currency,
        }
        return Response(AccountBalanceOut(told).data)


@extend_schema(tags=["receivables"])
class AccountStatementView(APIView):
    operations = {"get": "getAccountStatement"}
    costly_actions = ("get",)

    @extend_schema(parameters=[StatementIn], responses=StatementOut)
    def get(self, request: Request, account_id: UUID) -> Response:
        account = visible_account(request=request, account_id=account_id)
        asked = StatementIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        statement = get_statement(account_id=account.id, **asked.validated_data)
        currency = account.legal_entity.currency
        lines = [{**asdict(line), "currency": currency} for line in statement.lines]
        told = {**asdict(statement), "lines": lines, "account_id": account.id, "currency": currency}
        return Response(StatementOut(told).data)


class OwnAccountBalanceView(AccountBalanceView):
    operations = {"get": "getOwnAccountBalance"}


class OwnAccountStatementView(AccountStatementView):
    operations = {"get": "getOwnAccountStatement"}
