import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets

from rachun.apps.identity.scope import scope_of
from rachun.apps.messaging import selectors
from rachun.apps.messaging.api.serializers import DeliveryOut
from rachun.apps.messaging.models import Delivery


class DeliveryFilter(filters.FilterSet):
    account_id = filters.UUIDFilter(field_name="account_id")
    document_id = filters.UUIDFilter(field_name="document_id")
    state = filters.ChoiceFilter(choices=Delivery.State.choices)

    class Meta:
        model = Delivery
        fields = ("account_id", "document_id", "state")


@extend_schema(tags=["messages"])
class DeliveryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Delivery]):
    operations = {"list": "listDeliveries", "retrieve": "getDelivery"}
    queryset = Delivery.objects.none()
    serializer_class = DeliveryOut
    filterset_class = DeliveryFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Delivery]:
        return selectors.list_deliveries(scope=scope_of(self.request))
