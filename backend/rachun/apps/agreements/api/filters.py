import django_filters as filters
from django.db.models import Q, QuerySet

from rachun.apps.agreements.models import Contract, ServiceAgreement, ServicePoint


class ServicePointFilter(filters.FilterSet):
    branch_id = filters.UUIDFilter(field_name="branch_id")
    premise_id = filters.UUIDFilter(field_name="premise_id")
    service_code = filters.CharFilter(field_name="service__code", max_length=40)
    code = filters.CharFilter(max_length=40)
    search = filters.CharFilter(max_length=80, method="find", help_text="How the code begins, or a part of the street.")

    class Meta:
        model = ServicePoint
        fields = ("branch_id", "premise_id", "service_code", "code", "search")

    def find(self, points: QuerySet[ServicePoint], _name: str, text: str) -> QuerySet[ServicePoint]:
        return points.filter(Q(code__istartswith=text) | Q(premise__street__icontains=text))


class AgreementFilter(filters.FilterSet):
    account_id = filters.UUIDFilter(field_name="account_id")
    account_number = filters.CharFilter(field_name="account__number", max_length=12)
    service_code = filters.CharFilter(field_name="service__code", max_length=40)
    service_point_id = filters.UUIDFilter(field_name="service_point_id")
    premise_id = filters.UUIDFilter(field_name="service_point__premise_id")
    contract_id = filters.UUIDFilter(field_name="contract_id")
    number = filters.CharFilter(max_length=40)

    class Meta:
        model = ServiceAgreement
        fields = (
            "account_id",
            "account_number",
            "service_code",
            "service_point_id",
            "premise_id",
            "contract_id",
            "number",
        )


class ContractFilter(filters.FilterSet):
    account_id = filters.UUIDFilter(field_name="account_id")
    number = filters.CharFilter(max_length=40)

    class Meta:
        model = Contract
        fields = ("account_id", "number")
