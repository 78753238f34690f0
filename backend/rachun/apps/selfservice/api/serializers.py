from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out

UNIQUE_ID = r"^[A-Za-z0-9-]{1,30}$"


class ActivationRequestIn(In):
    unique_id = serializers.RegexField(UNIQUE_ID, help_text="As printed on the bill.")


class ActivationIn(In):
    unique_id = serializers.RegexField(UNIQUE_ID, help_text="As printed on the bill.")
    code = serializers.RegexField(r"^[0-9]{4,12}$", help_text="From the letter.")
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class SubscriberLoginIn(In):
    account_id = serializers.UUIDField()


class SubscriberLoginOut(Out):
    unique_id = serializers.CharField(help_text="To be printed on the bill. It opens nothing without a code.")
    account_id = serializers.UUIDField()
    activated_at = serializers.DateTimeField(allow_null=True)
