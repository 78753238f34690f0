import django_filters as filters

from rachun.apps.billing.models import Bill, BillRun, DraftBill, ParkedAccount
from rachun.apps.documents.models import PrintBatch, PrintFile


class BillRunFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    kind = filters.ChoiceFilter(choices=BillRun.Kind.choices)
    state = filters.ChoiceFilter(choices=BillRun.State.choices)
    period_from = filters.DateFilter(field_name="period_from")

    class Meta:
        model = BillRun
        fields = ("legal_entity_id", "kind", "state", "period_from")


class BillFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    account_id = filters.UUIDFilter(field_name="account_id")
    run_id = filters.UUIDFilter(field_name="run_id")
    number = filters.CharFilter(max_length=30)
    period_from = filters.DateFilter(field_name="period_from")
    document_date_from = filters.DateFilter(field_name="document_date", lookup_expr="gte")
    document_date_before = filters.DateFilter(field_name="document_date", lookup_expr="lt")

    class Meta:
        model = Bill
        fields = ("legal_entity_id", "account_id", "run_id", "number", "period_from")


class ParkedFilter(filters.FilterSet):
    account_number = filters.CharFilter(field_name="account__number", max_length=12)
    code = filters.CharFilter(max_length=40)

    class Meta:
        model = ParkedAccount
        fields = ("account_number", "code")


class DraftFilter(filters.FilterSet):
    account_number = filters.CharFilter(field_name="account__number", max_length=12)

    class Meta:
        model = DraftBill
        fields = ("account_number",)


class BillPrintFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    run_id = filters.UUIDFilter(field_name="subject_id")

    class Meta:
        model = PrintBatch
        fields = ("legal_entity_id", "run_id")


class BillPrintFileFilter(filters.FilterSet):
    print_id = filters.UUIDFilter(field_name="batch_id")

    class Meta:
        model = PrintFile
        fields = ("print_id",)
