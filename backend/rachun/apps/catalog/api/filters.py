import django_filters as filters

from rachun.apps.catalog.models import DestinationRate, DestinationTable, Service, TariffPlan, TariffVersion


class ServiceFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    code = filters.CharFilter(max_length=40)

    class Meta:
        model = Service
        fields = ("legal_entity_id", "code")


class TariffPlanFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    service_id = filters.UUIDFilter(field_name="service_id")
    code = filters.CharFilter(max_length=40)

    class Meta:
        model = TariffPlan
        fields = ("legal_entity_id", "service_id", "code")


class TariffVersionFilter(filters.FilterSet):
    plan_id = filters.UUIDFilter(field_name="plan_id")
    plan_code = filters.CharFilter(field_name="plan__code", max_length=40)

    class Meta:
        model = TariffVersion
        fields = ("plan_id", "plan_code")


class DestinationTableFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    code = filters.CharFilter(max_length=40)

    class Meta:
        model = DestinationTable
        fields = ("legal_entity_id", "code")


class DestinationRateFilter(filters.FilterSet):
    table_code = filters.CharFilter(field_name="table__code", max_length=40)
    table_id = filters.UUIDFilter(field_name="table_id")
    prefix = filters.CharFilter(max_length=15, lookup_expr="startswith")
    destination = filters.CharFilter(max_length=100, lookup_expr="icontains")

    class Meta:
        model = DestinationRate
        fields = ("table_code", "table_id", "prefix", "destination")
