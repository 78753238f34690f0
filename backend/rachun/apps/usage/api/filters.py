"""Filters of the usage lists."""

import django_filters as filters

from rachun.apps.usage.models import UsageSource


class UsageSourceFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    code = filters.CharFilter(max_length=40)
    kind = filters.ChoiceFilter(choices=UsageSource.Kind.choices)

    class Meta:
        model = UsageSource
        fields = ("legal_entity_id", "code", "kind")
