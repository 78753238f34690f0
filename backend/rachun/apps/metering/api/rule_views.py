from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.catalog.selectors import get_service
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_branch, get_whole_legal_entity
from rachun.apps.metering import errors, selectors, services
from rachun.apps.metering.api import filters, serializers
from rachun.apps.metering.models import EstimationRule


@extend_schema(tags=["readings"])
class EstimationRuleViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[EstimationRule]):
    operations = {"list": "listEstimationRules", "create": "createEstimationRule"}
    queryset = EstimationRule.objects.none()
    serializer_class = serializers.EstimationRuleOut
    filterset_class = filters.EstimationRuleFilter

    def get_queryset(self) -> QuerySet[EstimationRule]:
        return selectors.list_estimation_rules(scope=scope_of(self.request))

    @extend_schema(
        request=serializers.EstimationRuleIn,
        responses={
            201: serializers.EstimationRuleOut,
            **problems(errors.EstimationRuleInvalid, errors.EstimationRuleOverlaps),
        },
    )
    def create(self, request: Request) -> Response:
        """How the unread days of a service are estimated from a day on."""
        told = checked(serializers.EstimationRuleIn, request)
        scope = scope_of(request)
        service, branch_id = get_service(scope=scope, service_id=told.pop("service_id")), told.pop("branch_id")
        branch = None if branch_id is None else get_branch(scope=scope, branch_id=branch_id)
        if branch is None:
            get_whole_legal_entity(scope=scope, legal_entity_id=service.legal_entity_id)
        with edge_transaction():
            new = services.NewEstimationRule(service=service, branch=branch, **told)
            rule = services.add_estimation_rule(new=new, recorded_at=timezone.now())
        return Response(serializers.EstimationRuleOut(rule).data, status=201)
