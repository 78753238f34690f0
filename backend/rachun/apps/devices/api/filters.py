import django_filters as filters

from rachun.apps.devices.models import Agent, Device


class AgentFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")
    is_revoked = filters.BooleanFilter(field_name="revoked_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Agent
        fields = ("legal_entity_id", "branch_id")


class DeviceFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    branch_id = filters.UUIDFilter(field_name="branch_id")
    agent_id = filters.UUIDFilter(field_name="agent_id")
    kind = filters.ChoiceFilter(choices=Device.Kind.choices)

    class Meta:
        model = Device
        fields = ("legal_entity_id", "branch_id", "agent_id", "kind")
