from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.devices.api.filters import AgentFilter, DeviceFilter
from rachun.apps.devices.api.serializers import AgentCodeOut, AgentIn, AgentOut, DeviceOut
from rachun.apps.devices.errors import AgentRevoked
from rachun.apps.devices.models import Agent, Device
from rachun.apps.devices.selectors import list_agents, list_devices
from rachun.apps.devices.services.agents import create_agent, renew_agent_code, revoke_agent
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_branch


@extend_schema(tags=["devices"])
class AgentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Agent]):
    operations = {
        "list": "listAgents",
        "retrieve": "getAgent",
        "create": "createAgent",
        "code": "renewAgentCode",
        "revoke": "revokeAgent",
    }
    queryset = Agent.objects.none()
    serializer_class = AgentOut
    filterset_class = AgentFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Agent]:
        return list_agents(scope=scope_of(self.request))

    @extend_schema(request=AgentIn, responses={201: AgentCodeOut})
    def create(self, request: Request) -> Response:
        """A place for a computer, and the code by which it joins."""
        told = checked(AgentIn, request)
        branch = get_branch(scope=scope_of(request), branch_id=told["branch_id"])
        with edge_transaction():
            agent, code = create_agent(branch=branch, name=told["name"], at=timezone.now())
        return Response(told_code(agent=agent, code=code), status=201)

    @extend_schema(request=None, responses={200: AgentCodeOut, **problems(AgentRevoked)})
    @action(detail=True, methods=["post"])
    def code(self, request: Request, id: UUID) -> Response:
        """Another code; the one before is worth nothing."""
        seen = self.get_object()
        with edge_transaction():
            agent, code = renew_agent_code(agent_id=seen.id, at=timezone.now())
        return Response(told_code(agent=agent, code=code))

    @extend_schema(request=None, responses={200: AgentOut})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, id: UUID) -> Response:
        """The computer's key is worth nothing from now on; a second time changes nothing."""
        seen = self.get_object()
        with edge_transaction():
            agent = revoke_agent(agent_id=seen.id, at=timezone.now())
        return Response(AgentOut(agent).data)


def told_code(*, agent: Agent, code: str) -> dict[str, object]:
    return dict(AgentCodeOut({"agent": agent, "code": code, "expires_at": agent.code_expires_at}).data)


@extend_schema(tags=["devices"])
class DeviceViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Device]):
    operations = {"list": "listDevices"}
    queryset = Device.objects.none()
    serializer_class = DeviceOut
    filterset_class = DeviceFilter

    def get_queryset(self) -> QuerySet[Device]:
        return list_devices(scope=scope_of(self.request))
