from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out, several
from rachun.apps.customers.models import Account, ContactPoint, Language, Party


class ContactPointOut(Out):
    kind = serializers.ChoiceField(choices=ContactPoint.Kind.choices)
    value = serializers.CharField()


class PartyOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Party.Kind.choices)
    name = serializers.CharField()
    tax_id = serializers.CharField()
    vat_id = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    is_estate = serializers.BooleanField()
    contact_points = ContactPointOut(many=True)


class ContactPointIn(In):
    kind = serializers.ChoiceField(choices=ContactPoint.Kind.choices)
    value = serializers.CharField(max_length=254)


class PartyChangeIn(In):
    """What is left out stays as it is; contact_points, when given, are all of them."""

    kind = serializers.ChoiceField(choices=Party.Kind.choices, required=False)
    name = serializers.CharField(max_length=200, required=False)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    tax_id = serializers.CharField(max_length=20, allow_blank=True, required=False)
    vat_id = serializers.CharField(max_length=20, allow_blank=True, required=False)
    is_estate = serializers.BooleanField(required=False)
    contact_points = several(ContactPointIn, most=20, required=False)


class PartyIn(In):
    branch_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Party.Kind.choices)
    name = serializers.CharField(max_length=200)
    language = serializers.ChoiceField(choices=Language.choices)
    tax_id = serializers.CharField(max_length=20, allow_blank=True, default="")
    vat_id = serializers.CharField(max_length=20, allow_blank=True, default="")
    contact_points = several(ContactPointIn, most=20, default=list)


class AccountOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField()
    number = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField(), source="alias_numbers")
    party_id = serializers.UUIDField()
    party_name = serializers.CharField(source="party.name")
    delivery = serializers.ChoiceField(choices=Account.Delivery.choices)
    opened_date = serializers.DateField()
    closed_date = serializers.DateField(allow_null=True)


class AccountIn(In):
    party_id = serializers.UUIDField()
    delivery = serializers.ChoiceField(choices=Account.Delivery.choices, default=Account.Delivery.PAPER)
    opened_date = serializers.DateField()
    aliases = serializers.ListField(child=serializers.CharField(max_length=40), default=list, max_length=10)


class AccountChangeIn(In):
    delivery = serializers.ChoiceField(choices=Account.Delivery.choices)


class PremiseOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField()
    postcode = serializers.CharField()
    settlement = serializers.CharField()
    street = serializers.CharField()
    building = serializers.CharField()
    unit = serializers.CharField()
    area_m2 = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)


class PremiseIn(In):
    branch_id = serializers.UUIDField()
    settlement = serializers.CharField(max_length=100)
    street = serializers.CharField(max_length=100, allow_blank=True, default="")
    building = serializers.CharField(max_length=20, allow_blank=True, default="")
    unit = serializers.CharField(max_length=20, allow_blank=True, default="")
    postcode = serializers.CharField(max_length=10, allow_blank=True, default="")
    area_m2 = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0, allow_null=True, default=None)
