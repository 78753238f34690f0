"""Filters of batches and records."""

import django_filters as filters

from rachun.apps.usage.models import ReratedCall, Rerating, UsageBatch, UsageRecord


class UsageBatchFilter(filters.FilterSet):
    source_id = filters.UUIDFilter(field_name="source_id")
    sha256 = filters.CharFilter(max_length=64)

    class Meta:
        model = UsageBatch
        fields = ("source_id", "sha256")


class UsageRecordFilter(filters.FilterSet):
    source_id = filters.UUIDFilter(field_name="source_id")
    batch_id = filters.UUIDFilter(field_name="load_key")
    agreement_id = filters.UUIDFilter(field_name="agreement_id")
    state = filters.ChoiceFilter(choices=UsageRecord.State.choices)
    reason = filters.CharFilter(max_length=40)
    from_date = filters.DateFilter(field_name="usage_date", lookup_expr="gte")
    to_date = filters.DateFilter(field_name="usage_date", lookup_expr="lte")

    class Meta:
        model = UsageRecord
        fields = ("source_id", "batch_id", "agreement_id", "state", "reason", "from_date", "to_date")


class ReratingFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    state = filters.ChoiceFilter(choices=Rerating.State.choices)

    class Meta:
        model = Rerating
        fields = ("legal_entity_id", "state")


class ReratedCallFilter(filters.FilterSet):
    standing = filters.ChoiceFilter(choices=ReratedCall.Standing.choices)
    agreement_number = filters.CharFilter(field_name="agreement__number", max_length=40)

    class Meta:
        model = ReratedCall
        fields = ("standing", "agreement_number")
