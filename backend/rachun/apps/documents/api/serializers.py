from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out
from rachun.apps.documents.models import Document


class DocumentOut(Out):
    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Document.Kind.choices)
    subject_id = serializers.UUIDField()
    number = serializers.CharField()
    language = serializers.CharField()
    template_version = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    media_type = serializers.CharField()
    rendered_at = serializers.DateTimeField()


class DocumentTemplateOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    kind = serializers.CharField()
    version = serializers.IntegerField()
    body = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class DocumentTemplateIn(In):
    legal_entity_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Document.Kind.choices)
    body = serializers.CharField(max_length=200_000, trim_whitespace=False)
