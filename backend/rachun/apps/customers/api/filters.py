import django_filters as filters
from django.db.models import Q, QuerySet

from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.customers.selectors import named, with_number


class PartyFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")
    kind = filters.ChoiceFilter(choices=Party.Kind.choices)
    name = filters.CharFilter(method="by_name", max_length=200, label="Any part of the name.")
    tax_id = filters.CharFilter(max_length=20)

    class Meta:
        model = Party
        fields = ("legal_entity_id", "branch_id", "kind", "name", "tax_id")

    def by_name(self, queryset: QuerySet[Party], _name: str, value: str) -> QuerySet[Party]:
        return queryset.filter(id__in=named(part=value).values("id"))


class AccountFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")
    party_id = filters.UUIDFilter(field_name="party_id")
    number = filters.CharFilter(method="by_number", max_length=40, label="The number, or a former one.")
    name = filters.CharFilter(method="by_name", max_length=200, label="Any part of the holder's name.")
    search = filters.CharFilter(
        method="by_anything", max_length=200, label="A number, a former number, or any part of the holder's name."
    )

    class Meta:
        model = Account
        fields = ("legal_entity_id", "branch_id", "party_id", "number", "name", "search")

    def by_number(self, queryset: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        return queryset.filter(with_number(number=value))

    def by_name(self, queryset: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        return queryset.filter(party_id__in=named(part=value).values("id"))

    def by_anything(self, queryset: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        return queryset.filter(with_number(number=value) | Q(party_id__in=named(part=value).values("id")))


class PremiseFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")
    settlement = filters.CharFilter(max_length=100)
    street = filters.CharFilter(max_length=100)
    building = filters.CharFilter(max_length=20)

    class Meta:
        model = Premise
        fields = ("legal_entity_id", "branch_id", "settlement", "street", "building")
