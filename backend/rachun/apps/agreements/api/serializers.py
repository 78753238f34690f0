from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out, several
from rachun.apps.customers.models import Account, Language, Party
from rachun.apps.resources.models import Resource

PHONE = r"^\+?[0-9][0-9 ()/-]{3,24}$"
ATTRIBUTE = r"^[a-z][a-z0-9_]{0,39}$"


class ServicePointOut(Out):
    id = serializers.UUIDField()
    branch_id = serializers.UUIDField()
    premise_id = serializers.UUIDField()
    address = serializers.CharField(source="premise")
    service_id = serializers.UUIDField()
    service_code = serializers.CharField(source="service.code")
    code = serializers.CharField()


class ServicePointIn(In):
    premise_id = serializers.UUIDField()
    service_id = serializers.UUIDField()
    code = serializers.CharField(max_length=40)


class TermOut(Out):
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class TariffAssignmentOut(TermOut):
    plan_id = serializers.UUIDField()
    plan_code = serializers.CharField(source="plan.code")


class AttributeOut(TermOut):
    attribute = serializers.CharField()
    value = serializers.DecimalField(max_digits=18, decimal_places=6)


class ResourceOut(TermOut):
    kind = serializers.ChoiceField(choices=Resource.Kind.choices, source="resource.kind")
    identifier = serializers.CharField(source="resource.identifier")


class AgreementOut(Out):
    id = serializers.UUIDField()
    number = serializers.CharField()
    account_id = serializers.UUIDField()
    account_number = serializers.CharField(source="account.number")
    party_name = serializers.CharField(source="account.party.name")
    service_id = serializers.UUIDField()
    service_code = serializers.CharField(source="service.code")
    service_point_id = serializers.UUIDField()
    service_point_code = serializers.CharField(source="service_point.code")
    contract_id = serializers.UUIDField(allow_null=True)
    terms = TermOut(many=True)
    assignments = TariffAssignmentOut(many=True)
    attributes = AttributeOut(many=True)
    resources = ResourceOut(many=True)


class AttributeIn(In):
    attribute = serializers.RegexField(ATTRIBUTE)
    value = serializers.DecimalField(max_digits=18, decimal_places=6, min_value=0)


class AttributesIn(In):
    """A base for bodies that state attributes, each once."""

    attributes = several(AttributeIn, most=50, default=list)

    def validate_attributes(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = [entry["attribute"] for entry in entries]
        if len(set(names)) != len(names):
            raise serializers.ValidationError(_("An attribute is stated twice."), code="duplicate")
        return entries


class AgreementIn(AttributesIn):
    account_id = serializers.UUIDField()
    service_point_id = serializers.UUIDField()
    plan_id = serializers.UUIDField()
    contract_id = serializers.UUIDField(allow_null=True, default=None)
    service_from = serializers.DateField()
    service_to = serializers.DateField(allow_null=True, default=None, help_text="The first day that is not served.")


class OpeningReadingIn(In):
    register = serializers.CharField(max_length=20)
    value = serializers.DecimalField(max_digits=18, decimal_places=6, min_value=0)


class CustomerIn(AttributesIn):
    """Who, where and by which terms. account_id or party_id name a holder who is there already."""

    branch_id = serializers.UUIDField()
    account_id = serializers.UUIDField(allow_null=True, default=None)
    party_id = serializers.UUIDField(allow_null=True, default=None)
    kind = serializers.ChoiceField(choices=Party.Kind.choices, default=Party.Kind.INDIVIDUAL)
    name = serializers.CharField(max_length=200, default="", allow_blank=True, help_text="Of a new holder.")
    language = serializers.ChoiceField(choices=Language.choices, default=Language.UKRAINIAN)
    tax_id = serializers.CharField(max_length=20, default="", allow_blank=True)
    email = serializers.EmailField(max_length=200, default="", allow_blank=True)
    phone = serializers.RegexField(PHONE, max_length=30, default="", allow_blank=True)
    delivery = serializers.ChoiceField(choices=Account.Delivery.choices, default=Account.Delivery.PAPER)
    postcode = serializers.CharField(max_length=10, default="", allow_blank=True)
    settlement = serializers.CharField(max_length=100)
    street = serializers.CharField(max_length=100, default="", allow_blank=True)
    building = serializers.CharField(max_length=20)
    unit = serializers.CharField(max_length=20, default="", allow_blank=True)
    service_id = serializers.UUIDField()
    plan_id = serializers.UUIDField()
    service_from = serializers.DateField()
    service_point_code = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="Empty: the point that stands there, or the next number."
    )
    phone_number = serializers.CharField(max_length=64, default="", allow_blank=True, help_text="That is served.")
    login = serializers.CharField(max_length=64, default="", allow_blank=True, help_text="That is served.")
    meter_serial = serializers.CharField(max_length=40, default="", allow_blank=True)
    meter_digits = serializers.IntegerField(min_value=1, max_value=11, default=6)
    opening_readings = several(OpeningReadingIn, most=8, default=list)

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        if not told["name"] and told["account_id"] is None and told["party_id"] is None:
            raise serializers.ValidationError({"name": _("Say who it is.")}, code="required")
        if told["meter_serial"] and not told["opening_readings"]:
            raise serializers.ValidationError({"opening_readings": _("Say what the new meter shows.")}, code="required")
        return told


class EndIn(In):
    service_to = serializers.DateField(help_text="The first day that is not served.")
    reason = serializers.CharField(max_length=200)


class TariffChangeIn(In):
    plan_id = serializers.UUIDField()
    valid_from = serializers.DateField()


class AttributeChangeIn(AttributeIn):
    valid_from = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class SuspensionIn(In):
    suspended_from = serializers.DateField()
    suspended_to = serializers.DateField(help_text="The first day that is served again.")
    reason = serializers.CharField(max_length=200)


class ResourceIn(In):
    kind = serializers.ChoiceField(choices=Resource.Kind.choices)
    identifier = serializers.CharField(max_length=64)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, default=None)


class HandOverIn(AttributesIn):
    """What is not stated is taken over from the old holder as it stands on the day."""

    account_id = serializers.UUIDField(help_text="The account of the new holder.")
    service_from = serializers.DateField(help_text="The first day of the new holder.")
    reason = serializers.CharField(max_length=200)
    plan_id = serializers.UUIDField(allow_null=True, default=None)
    contract_id = serializers.UUIDField(allow_null=True, default=None)


class PremiseHandOverIn(In):
    account_id = serializers.UUIDField(help_text="The account of the new holder.")
    service_from = serializers.DateField(help_text="The first day of the new holder.")
    reason = serializers.CharField(max_length=200)


class ContractOut(Out):
    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    account_number = serializers.CharField(source="account.number")
    number = serializers.CharField()
    signed_date = serializers.DateField()


class ContractIn(In):
    account_id = serializers.UUIDField()
    number = serializers.CharField(max_length=40)
    signed_date = serializers.DateField()


class CustomerImportIn(In):
    legal_entity_id = serializers.UUIDField()
    file = serializers.FileField(max_length=200)
    encoding = serializers.ChoiceField(
        choices=["utf-8", "utf-16", "cp1251", "cp1250", "cp866"], allow_null=True, default=None
    )
    dry_run = serializers.BooleanField(default=False, help_text="Say what would happen and change nothing.")
