from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out
from rachun.apps.usage.models import UsageSource
from rachun.apps.usage.services.sources import FORMATS

FORMAT_NAMES = sorted({name for names in FORMATS.values() for name in names})


class UsageSourceOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=UsageSource.Kind.choices)
    format = serializers.CharField()
    profile = serializers.DictField(allow_null=True)
    time_zone = serializers.CharField()
    area_code = serializers.CharField()


class UsageSourceIn(In):
    legal_entity_id = serializers.UUIDField()
    code = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=UsageSource.Kind.choices)
    format = serializers.ChoiceField(choices=FORMAT_NAMES)
    profile = serializers.DictField(
        allow_null=True, default=None, help_text="The layout of calls:declared; null for every other format."
    )
    time_zone = serializers.CharField(max_length=40)
    area_code = serializers.RegexField(r"^[0-9]{0,8}$", default="", allow_blank=True)
