from rest_framework import serializers

from rachun.apps.base.api.serializers import In, Out
from rachun.apps.search.selectors import HitKind

TEXT_MIN, TEXT_MAX = 2, 100


class SearchIn(In):
    q = serializers.CharField(
        min_length=TEXT_MIN, max_length=TEXT_MAX, help_text="A number, a name, an address: whatever is in hand."
    )


class HitOut(Out):
    kind = serializers.ChoiceField(choices=[kind.value for kind in HitKind])
    id = serializers.UUIDField()
    title = serializers.CharField()
    detail = serializers.CharField(help_text="What tells it from its likes: the holder of an account, a postcode.")
    account_id = serializers.UUIDField(allow_null=True, help_text="Where it leads, when there is just one account.")
    account_number = serializers.CharField()
