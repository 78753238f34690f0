from django.utils import timezone
from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out
from rachun.apps.devices.models import Agent, Device
from rachun.apps.devices.selectors import is_connected
from rachun.apps.devices.words import words_of_device


class AgentIn(In):
    branch_id = serializers.UUIDField()
    name = serializers.CharField(max_length=100, help_text="Where the computer stands.")


class AgentOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField()
    name = serializers.CharField()
    computer = serializers.CharField(allow_blank=True)
    version = serializers.CharField(allow_blank=True)
    is_connected = serializers.SerializerMethodField()
    enrolled_at = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    clock_difference_s = serializers.IntegerField(allow_null=True, help_text="Of that computer, in seconds.")
    open_jobs = serializers.IntegerField()
    waiting_messages = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    def get_is_connected(self, agent: Agent) -> bool:
        return is_connected(agent=agent, now=timezone.now())


class AgentCodeOut(Out):
    """The only time that the code is told."""

    agent = AgentOut()
    code = serializers.CharField(help_text="For `rachun-agent enrol --code`: once, within ten minutes.")
    expires_at = serializers.DateTimeField()


class DeviceOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField()
    agent_id = serializers.UUIDField()
    agent_name = serializers.CharField(source="agent.name")
    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=Device.Kind.choices)
    state = serializers.ChoiceField(choices=Device.State.choices)
    code = serializers.CharField(allow_blank=True)
    title = serializers.SerializerMethodField(help_text="How it is, in the reader's language.")
    what_to_do = serializers.SerializerMethodField()
    serial_number = serializers.CharField(allow_blank=True)

    def get_title(self, device: Device) -> str:
        return str(words_of_device(device, is_connected=is_connected(agent=device.agent, now=timezone.now())).title)

    def get_what_to_do(self, device: Device) -> str:
        words = words_of_device(device, is_connected=is_connected(agent=device.agent, now=timezone.now()))
        return str(words.what_to_do)
