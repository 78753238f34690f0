"""Filters of the identity lists."""

import django_filters as filters

from rachun.apps.base.models import AuditRow, Job, JobRowError
from rachun.apps.identity.models import Branch, LegalEntity, Operator, Role


class LegalEntityFilter(filters.FilterSet):
    code = filters.CharFilter(max_length=20)

    class Meta:
        model = LegalEntity
        fields = ("code",)


class BranchFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    code = filters.CharFilter(max_length=20)

    class Meta:
        model = Branch
        fields = ("legal_entity_id", "code")


class OperatorFilter(filters.FilterSet):
    login = filters.CharFilter(field_name="principal__login", max_length=150)

    class Meta:
        model = Operator
        fields = ("login",)


class RoleFilter(filters.FilterSet):
    code = filters.CharFilter(max_length=50)

    class Meta:
        model = Role
        fields = ("code",)


class JobFilter(filters.FilterSet):
    kind = filters.CharFilter(max_length=100)
    state = filters.ChoiceFilter(choices=Job.State.choices)
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")

    class Meta:
        model = Job
        fields = ("kind", "state", "legal_entity_id")


class JobErrorFilter(filters.FilterSet):
    code = filters.CharFilter(max_length=100)
    field = filters.CharFilter(max_length=100)

    class Meta:
        model = JobRowError
        fields = ("code", "field")


class AuditFilter(filters.FilterSet):
    object_kind = filters.CharFilter(max_length=100)
    object_id = filters.CharFilter(max_length=100)
    operation = filters.CharFilter(max_length=100)
    principal_id = filters.UUIDFilter(field_name="principal_id")

    class Meta:
        model = AuditRow
        fields = ("object_kind", "object_id", "operation", "principal_id")
