from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.imports import FileNotUnderstood
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_whole_legal_entity
from rachun.apps.usage import errors, selectors, services
from rachun.apps.usage.api.filters import UsageSourceFilter
from rachun.apps.usage.api.serializers import UsageSourceIn, UsageSourceOut
from rachun.apps.usage.models import UsageSource


@extend_schema(tags=["usage"])
class UsageSourceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[UsageSource]):
    operations = {"list": "listUsageSources", "retrieve": "getUsageSource", "create": "createUsageSource"}
    queryset = UsageSource.objects.none()
    serializer_class = UsageSourceOut
    filterset_class = UsageSourceFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[UsageSource]:
        return selectors.list_sources(scope=scope_of(self.request))

    @extend_schema(
        request=UsageSourceIn,
        responses={
            201: UsageSourceOut,
            **problems(errors.SourceCodeTaken, errors.FormatNotRead, errors.TimeZoneUnknown, FileNotUnderstood),
        },
    )
    def create(self, request: Request) -> Response:
        told = checked(UsageSourceIn, request)
        entity = get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told.pop("legal_entity_id"))
        with edge_transaction():
            source = services.create_source(
                legal_entity_id=entity.id, code=told.pop("code"), facts=services.SourceFacts(**told)
            )
        return Response(UsageSourceOut(source).data, status=201)
