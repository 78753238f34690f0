from rest_framework import serializers

from rachun.apps.base.api.serializers import Out
from rachun.apps.messaging.models import Delivery


class DeliveryOut(Out):
    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    document_id = serializers.UUIDField(allow_null=True)
    channel = serializers.ChoiceField(choices=Delivery.Channel.choices)
    address = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    queued_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
