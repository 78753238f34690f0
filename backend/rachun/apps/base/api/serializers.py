"""The two kinds of serializer: In refuses what it does not know, Out always gives every property."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from rachun.apps.base.imports import tell
from rachun.apps.base.models import Job, JobRowError


class In(serializers.Serializer[Any]):
    """A request body. Unknown properties are refused, so nothing can be assigned by accident."""

    default_error_messages = {"unknown_field": _("There is no such property.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                message = self.error_messages["unknown_field"]
                raise serializers.ValidationError(
                    {name: [serializers.ErrorDetail(str(message), code="unknown_field")] for name in unknown}
                )
        return super().to_internal_value(data)


class Out(serializers.Serializer[Any]):
    """An answer. Every declared property is always present."""


def several(inner: type[In], *, most: int, **options: Any) -> Any:
    """A list of them in a body; more than `most` are refused."""
    return inner(many=True, **{"max_length": most, **options})


class FieldProblemOut(Out):
    pointer = serializers.CharField(help_text="JSON pointer into the body, or /name of a parameter.")
    code = serializers.CharField()
    detail = serializers.CharField()
    params = serializers.DictField(child=serializers.JSONField(allow_null=True))


class ProblemOut(Out):
    """application/problem+json (RFC 9457) with a stable code."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The request's id, to be told to support.")
    params = serializers.DictField(child=serializers.JSONField(allow_null=True))
    errors = FieldProblemOut(many=True)  # type: ignore[assignment]  # the property of RFC 9457, not DRF's


class JobOut(Out):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    legal_entity_id = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=Job.State.choices)
    total = serializers.IntegerField(allow_null=True)
    done = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())
    result = serializers.DictField(child=serializers.JSONField(allow_null=True))
    failure = serializers.CharField()
    cancel_requested_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class JobRowErrorOut(Out):
    row_no = serializers.IntegerField(help_text="Line of the file as an editor counts; 0 is the file as a whole.")
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.SerializerMethodField(help_text="What is wrong, as a sentence in the reader's language.")
    params = serializers.DictField(child=serializers.JSONField(allow_null=True))
    raw = serializers.CharField()

    def get_detail(self, error: JobRowError) -> str:
        return tell(code=error.code, params=error.params)
