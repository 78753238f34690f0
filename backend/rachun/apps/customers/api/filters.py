import django_filters as filters
from django.db.models import QuerySet
from django.db.models.functions import Upper

from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.customers.selectors import with_number


class PartyFilter(filters.FilterSet):
    branch_id = filters.UUIDFilter(field_name="branch_id")
    kind = filters.ChoiceFilter(choices=Party.Kind.choices)
    name = filters.CharFilter(method="by_name", max_length=200, label="Any part of the name.")
    tax_id = filters.CharFilter(max_length=20)

    class Meta:
        model = Party
        fields = ("branch_id", "kind", "name", "tax_id")

    def by_name(self, queryset: QuerySet[Party], _name: str, value: str) -> QuerySet[Party]:
        return queryset.annotate(name_upper=Upper("name")).filter(name_upper__contains=value.upper())


class AccountFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")
    party_id = filters.UUIDFilter(field_name="party_id")
    number = filters.CharFilter(method="by_number", max_length=40, label="The number, or a former one.")
    name = filters.CharFilter(method="by_name", max_length=200, label="Any part of the holder's name.")

    class Meta:
        model = Account
        fields = ("legal_entity_id", "branch_id", "party_id", "number", "name")

    def by_number(self, queryset: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        return queryset.filter(with_number(number=value))

    def by_name(self, queryset: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        return queryset.annotate(party_upper=Upper("party__name")).filter(party_upper__contains=value.upper())


class PremiseFilter(filters.FilterSet):
    branch_id = filters.UUIDFilter(field_name="branch_id")
    settlement = filters.CharFilter(max_length=100)
    street = filters.CharFilter(max_length=100)

    class Meta:
        model = Premise
        fields = ("branch_id", "settlement", "street")
