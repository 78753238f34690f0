from uuid import UUID

import django_filters as filters
from django.db.models import QuerySet

from rachun.apps.ledger.models import AccountingPeriod, Entry, LedgerAccount, OpenItem
from rachun.apps.ledger.selectors.balances import list_item_balances


class EntryFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    source_kind = filters.CharFilter(max_length=20)
    source_id = filters.UUIDFilter(field_name="source_id")
    accounting_date_from = filters.DateFilter(field_name="accounting_date", lookup_expr="gte")
    accounting_date_before = filters.DateFilter(field_name="accounting_date", lookup_expr="lt")

    class Meta:
        model = Entry
        fields = ("legal_entity_id", "source_kind", "source_id")


class OpenItemFilter(filters.FilterSet):
    account_id = filters.UUIDFilter(field_name="account_id")
    bill_id = filters.UUIDFilter(field_name="bill_id")
    due_before = filters.DateFilter(field_name="due_date", lookup_expr="lt")
    open_of_account = filters.UUIDFilter(method="unsettled", label="Of this account, what is not settled.")

    class Meta:
        model = OpenItem
        fields = ("account_id", "bill_id", "open_of_account")

    def unsettled(self, queryset: QuerySet[OpenItem], _name: str, value: UUID) -> QuerySet[OpenItem]:
        return queryset.filter(id__in=[item.id for item in list_item_balances(account_ids=[value])])


class LedgerAccountFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    posting_code = filters.CharFilter(max_length=40)

    class Meta:
        model = LedgerAccount
        fields = ("legal_entity_id", "posting_code")


class PeriodFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    area = filters.ChoiceFilter(choices=AccountingPeriod.Area.choices)
    state = filters.ChoiceFilter(choices=AccountingPeriod.State.choices)

    class Meta:
        model = AccountingPeriod
        fields = ("legal_entity_id", "area", "state")
