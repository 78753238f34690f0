"""What a subscriber is told about the own accounts."""

from typing import Any

from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import In, Out
from rachun.apps.documents.rendering.payment_codes import CodeKind, Symbology
from rachun.apps.metering.models import Reading
from rachun.apps.payments.models import Receipt
from rachun.apps.selfservice.models import SentReading
from rachun.engine.usage.validation import CHECKS

CODE_KINDS = [(kind.value, kind.value) for kind in CodeKind]
SYMBOLOGIES = [(symbology.value, symbology.value) for symbology in Symbology]
ACTIONS = ("ACCEPT", "HOLD", "REFUSE")
QUANTITY: dict[str, Any] = {"max_digits": 18, "decimal_places": 6}


class SellerOut(Out):
    name = serializers.CharField(source="short_name")
    phone = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    website = serializers.CharField(allow_blank=True)


class LatestBillOut(Out):
    id = serializers.UUIDField()
    number = serializers.CharField()
    document_date = serializers.DateField()
    period_from = serializers.DateField()
    period_to = serializers.DateField()
    due_date = serializers.DateField()
    gross = AmountField(minor="gross_minor")


class LatestPaymentOut(Out):
    id = serializers.UUIDField()
    amount = AmountField(minor="amount_minor")
    value_date = serializers.DateField()
    channel = serializers.ChoiceField(choices=Receipt.Channel.choices)


class OwnAccountOut(Out):
    id = serializers.UUIDField(source="account.id")
    number = serializers.CharField(source="account.number")
    holder = serializers.CharField(source="account.party.name")
    address = serializers.CharField(allow_blank=True)
    seller = SellerOut(source="account.legal_entity")
    closed_date = serializers.DateField(source="account.closed_date", allow_null=True)
    currency = serializers.CharField()
    balance = AmountField(minor="balance_minor", help_text="Positive is owed, negative is credit.")
    overdue = AmountField(minor="overdue_minor", help_text="The part of the balance whose day has passed.")
    due_date = serializers.DateField(allow_null=True, help_text="The earliest day of what is owed; null: nothing is.")
    latest_bill = LatestBillOut(allow_null=True)
    latest_payment = LatestPaymentOut(allow_null=True)


class SlipFieldOut(Out):
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class SlipCodeOut(Out):
    kind = serializers.ChoiceField(choices=CODE_KINDS)
    symbology = serializers.ChoiceField(choices=SYMBOLOGIES)
    content = serializers.CharField(help_text="What the code says.")
    svg = serializers.CharField(help_text="The code as a picture that scales.")
    link = serializers.CharField(allow_null=True, help_text="Opens the application of a bank, where the code is one.")


class SlipOut(Out):
    bill_id = serializers.UUIDField()
    payee = serializers.CharField()
    bank_account = serializers.CharField()
    reference = serializers.CharField()
    purpose = serializers.CharField()
    amount = AmountField(minor="amount_minor")
    currency = serializers.CharField()
    codes = SlipCodeOut(many=True)
    further = SlipFieldOut(many=True)


class OwnSlipOut(Out):
    slip = SlipOut(allow_null=True, help_text="Null: nothing is owed, or there is nothing to pay to.")


class BilledMonthOut(Out):
    month = serializers.DateField(help_text="Its first day.")
    gross = AmountField(minor="gross_minor", allow_null=True, help_text="Null: no bill covers the month.")


class UsedMonthOut(Out):
    month = serializers.DateField(help_text="Its first day.")
    quantity = serializers.CharField(allow_null=True, help_text="Null: unknown, which is not zero.")
    is_estimated = serializers.BooleanField()


class UsedServiceOut(Out):
    service_code = serializers.CharField(source="service.code")
    service_names = serializers.DictField(child=serializers.CharField(), source="service.names")
    unit = serializers.CharField(allow_blank=True)
    months = UsedMonthOut(many=True)


class OwnHistoryOut(Out):
    """Up to 24 months without a gap, oldest first, ending with the latest bill."""

    currency = serializers.CharField()
    billed = BilledMonthOut(many=True)
    used = UsedServiceOut(many=True)


class KnownValueOut(Out):
    value = serializers.DecimalField(**QUANTITY)
    boundary_date = serializers.DateField(help_text="The day that this value opens.")
    kind = serializers.ChoiceField(choices=Reading.Kind.choices)


class OwnRegisterOut(Out):
    id = serializers.UUIDField(source="register.id")
    meter_serial = serializers.CharField(source="register.meter.serial")
    code = serializers.CharField(source="register.code")
    unit = serializers.CharField(source="register.unit")
    digits = serializers.IntegerField(source="register.digits")
    service_code = serializers.CharField(source="agreement.service.code")
    service_names = serializers.DictField(child=serializers.CharField(), source="agreement.service.names")
    latest = KnownValueOut(allow_null=True)
    waiting = KnownValueOut(allow_null=True, help_text="Sent, and somebody looks at it before it counts.")


class OwnMetersOut(Out):
    account_id = serializers.UUIDField()
    registers = OwnRegisterOut(many=True)


class OwnReadingCheckIn(In):
    register_id = serializers.UUIDField()
    read_date = serializers.DateField(help_text="The value counts at the end of this day.")
    value = serializers.DecimalField(**QUANTITY, min_value=0)


class OwnReadingCheckOut(Out):
    """What would become of the reading. Quantities are those of the dial, without its multiplier."""

    action = serializers.ChoiceField(choices=ACTIONS)
    checks = serializers.ListField(child=serializers.ChoiceField(choices=CHECKS), help_text="Those it did not pass.")
    previous_value = serializers.DecimalField(**QUANTITY, allow_null=True)
    previous_date = serializers.DateField(allow_null=True, help_text="The day that the previous value opens.")
    used = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    usual = serializers.DecimalField(
        max_digits=24, decimal_places=6, allow_null=True, help_text="Used in usual_days: last year's season, or always."
    )
    usual_days = serializers.IntegerField(allow_null=True)


class OwnReadingIn(OwnReadingCheckIn):
    photo = serializers.FileField(required=False, allow_empty_file=True, help_text="JPEG, PNG or WebP of at most 8 MB.")


class SentReadingOut(Out):
    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    register_id = serializers.UUIDField()
    meter_serial = serializers.CharField(source="register.meter.serial")
    register = serializers.CharField(source="register.code")
    unit = serializers.CharField(source="register.unit")
    boundary_date = serializers.DateField(help_text="The day that this value opens.")
    value = serializers.DecimalField(**QUANTITY)
    state = serializers.ChoiceField(choices=SentReading.State.choices)
    reason = serializers.CharField(source="held.reason", default="", allow_blank=True, help_text="Why it was refused.")
    has_photo = serializers.BooleanField(source="photo_sha256")
    held_reading_id = serializers.UUIDField(source="held_id", allow_null=True)
    sent_at = serializers.DateTimeField()
