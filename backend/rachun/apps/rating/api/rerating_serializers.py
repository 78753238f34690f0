from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rachun.apps.base.api.serializers import In, JobOut, Out
from rachun.apps.usage.models import ReratedCall, Rerating


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "0.960000"})
class MicroAmountField(serializers.Field[Any, Any, Any, Any]):
    """Millionths of the currency as a decimal string, exact; null where there is no price. less: what to take off."""

    def __init__(self, *, micro: str, less: str = "", **options: Any) -> None:
        self.micro, self.less = micro, less
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, value: Any) -> str | None:
        amounts = [_read(value, name) for name in (self.micro, self.less) if name]
        if None in amounts:
            return None
        return f"{Decimal(amounts[0] - sum(amounts[1:])).scaleb(-6):f}"


def _read(value: Any, name: str) -> Any:
    return value[name] if isinstance(value, dict) else getattr(value, name)


class ReratingIn(In):
    """Calls of the days [from_date, to_date) of one enterprise; by whole months where an agreement has a bundle."""

    legal_entity_id = serializers.UUIDField()
    from_date = serializers.DateField()
    to_date = serializers.DateField(help_text="The first day that no longer belongs.")
    plan_id = serializers.UUIDField(
        default=None, allow_null=True, help_text="Only agreements that have this tariff plan on one of the days."
    )
    run_id = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="A priced run, such as a carrier's: its prices, not the tariff's.",
    )
    why = serializers.CharField(max_length=300, help_text="Kept with the re-rating and in the audit.")


class ReratingCountsOut(Out):
    agreements = serializers.IntegerField(default=0)
    calls = serializers.IntegerField(default=0, help_text="Calls that were priced again.")
    changed = serializers.IntegerField(default=0)
    unpriced = serializers.IntegerField(default=0)
    left = serializers.IntegerField(default=0)
    billed = serializers.IntegerField(default=0)


class ReratingOut(Out):
    """counts are those of the rehearsal until it is applied."""

    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    plan_id = serializers.UUIDField(allow_null=True)
    run_id = serializers.UUIDField(allow_null=True)
    why = serializers.CharField()
    state = serializers.ChoiceField(choices=Rerating.State.choices)
    counts = ReratingCountsOut()
    created_at = serializers.DateTimeField()
    rehearsed_at = serializers.DateTimeField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)


class ReratingStartedOut(Out):
    rerating = ReratingOut()
    job = JobOut()


class ReratedAgreementOut(Out):
    """was, now and difference are of changed calls; billed_… of calls that bills hold, which stay as they are."""

    agreement_id = serializers.UUIDField(allow_null=True, help_text="Null: calls that wait for their subscriber.")
    agreement_number = serializers.CharField(source="number", allow_null=True)
    changed = serializers.IntegerField()
    unpriced = serializers.IntegerField()
    left = serializers.IntegerField()
    billed = serializers.IntegerField()
    was = MicroAmountField(micro="was_micro")
    now = MicroAmountField(micro="now_micro")
    difference = MicroAmountField(micro="now_micro", less="was_micro")
    billed_was = MicroAmountField(micro="billed_was_micro")
    billed_now = MicroAmountField(micro="billed_now_micro")
    billed_difference = MicroAmountField(micro="billed_now_micro", less="billed_was_micro")


class ReratedCallOut(Out):
    batch_id = serializers.UUIDField(source="load_key")
    record_no = serializers.IntegerField()
    agreement_id = serializers.UUIDField(allow_null=True)
    agreement_number = serializers.CharField(source="agreement.number", default=None, allow_null=True)
    usage_date = serializers.DateField()
    standing = serializers.ChoiceField(choices=ReratedCall.Standing.choices)
    reason = serializers.CharField(
        help_text="Why it is left or has no price; BEING_ISSUED: its bill was being issued when it was looked at."
    )
    bill_id = serializers.UUIDField(source="on_bill_id", allow_null=True)
    destination_was = serializers.CharField()
    destination = serializers.CharField()
    billed_s_was = serializers.IntegerField()
    billed_s = serializers.IntegerField()
    covered_s_was = serializers.IntegerField(allow_null=True)
    covered_s = serializers.IntegerField(allow_null=True)
    was = MicroAmountField(micro="amount_micro_was", allow_null=True)
    now = MicroAmountField(micro="amount_micro", allow_null=True)
    difference = MicroAmountField(micro="amount_micro", less="amount_micro_was", allow_null=True)
