import django_filters as filters

from rachun.apps.payments.models import Receipt


class ReceiptFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    account_id = filters.UUIDFilter(field_name="account_id")
    channel = filters.ChoiceFilter(choices=Receipt.Channel.choices)
    external_key = filters.CharFilter(max_length=100)
    value_date_from = filters.DateFilter(field_name="value_date", lookup_expr="gte")
    value_date_before = filters.DateFilter(field_name="value_date", lookup_expr="lt")

    class Meta:
        model = Receipt
        fields = ("legal_entity_id", "account_id", "channel", "external_key")
