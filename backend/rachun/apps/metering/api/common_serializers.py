"""What goes in and out of the operations on common meters."""

from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out, several
from rachun.apps.metering.models import CommonMeter

MEMBERS_MAX = 5000


class CommonMeterMemberIn(In):
    service_point_id = serializers.UUIDField()
    is_subtracted = serializers.BooleanField(help_text="Its own meter is taken off what the main meter shows.")
    is_sharing = serializers.BooleanField(help_text="It takes a share of what is left.")


class CommonMeterIn(In):
    main_point_id = serializers.UUIDField(help_text="The service point at which the main meter stands.")
    register_code = serializers.CharField(max_length=20, help_text="What is compared, on main and sub-meters.")
    share_code = serializers.RegexField(
        r"^[A-Z][A-Z0-9_]{0,19}$",
        max_length=20,
        default="",
        allow_blank=True,
        help_text="Register under which tariffs price the shares.",
    )
    method = serializers.ChoiceField(
        choices=CommonMeter.Method.choices, help_text="LOSS: nobody shares; what is left is the loss of a network zone."
    )
    attribute = serializers.CharField(
        max_length=40,
        default="",
        allow_blank=True,
        help_text="Of the agreements; empty where shares are equal or all is lost.",
    )
    when_negative = serializers.ChoiceField(
        choices=CommonMeter.WhenNegative.choices,
        default=CommonMeter.WhenNegative.REFUSE,
        help_text="Sub-meters show more than the main one: park everybody, or share nothing out.",
    )
    when_unread = serializers.ChoiceField(
        choices=CommonMeter.WhenUnread.choices,
        default=CommonMeter.WhenUnread.REFUSE,
        help_text="A sub-meter has no reading: park everybody, or take what its agreement is billed instead.",
    )
    members = several(CommonMeterMemberIn, most=MEMBERS_MAX, allow_empty=False)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, default=None)
    source_document = serializers.CharField(max_length=300)


class CommonMeterMemberOut(Out):
    service_point_id = serializers.UUIDField()
    service_point_code = serializers.CharField(source="service_point.code")
    is_subtracted = serializers.BooleanField()
    is_sharing = serializers.BooleanField()


class CommonMeterOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField(source="main_point.legal_entity_id")
    branch_id = serializers.UUIDField(source="main_point.branch_id")
    main_point_id = serializers.UUIDField()
    main_point_code = serializers.CharField(source="main_point.code")
    register_code = serializers.CharField()
    share_code = serializers.CharField()
    method = serializers.ChoiceField(choices=CommonMeter.Method.choices)
    attribute = serializers.CharField()
    when_negative = serializers.ChoiceField(choices=CommonMeter.WhenNegative.choices)
    when_unread = serializers.ChoiceField(choices=CommonMeter.WhenUnread.choices)
    members = CommonMeterMemberOut(many=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source_document = serializers.CharField()


class RuleEndIn(In):
    valid_to = serializers.DateField(help_text="The first day on which the rule holds no longer.")
