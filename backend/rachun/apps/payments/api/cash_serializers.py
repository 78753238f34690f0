from django.utils import timezone
from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import In, Out
from rachun.apps.devices.selectors import code_of_job
from rachun.apps.payments.models import CashMovement, CashPayment, CashShift
from rachun.apps.payments.payment_words import can_cancel, needs_answer, words_of_movement, words_of_payment

MOVES = [CashMovement.Kind.IN.value, CashMovement.Kind.OUT.value]
ANSWERS = ["PRINTED", "NOT_PRINTED"]


def amount_in(**options: object) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=13, decimal_places=2, min_value=0, **options)  # type: ignore[arg-type]


class CashDeskIn(In):
    branch_id = serializers.UUIDField()
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=100)
    register_id = serializers.UUIDField(allow_null=True, default=None, help_text="A register of a device agent.")
    no_register_reason = serializers.CharField(max_length=200, default="", allow_blank=True)
    scanner_id = serializers.UUIDField(allow_null=True, default=None)
    tax_letter = serializers.CharField(max_length=1, default="А", help_text="The register's group for what is paid.")


class CashDeskChangeIn(In):
    name = serializers.CharField(max_length=100)
    register_id = serializers.UUIDField(allow_null=True)
    no_register_reason = serializers.CharField(max_length=200, allow_blank=True)
    scanner_id = serializers.UUIDField(allow_null=True)
    tax_letter = serializers.CharField(max_length=1)


class CashDeskOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField(source="legal_entity.currency")
    register_id = serializers.UUIDField(allow_null=True)
    no_register_reason = serializers.CharField(allow_blank=True)
    scanner_id = serializers.UUIDField(allow_null=True)
    tax_letter = serializers.CharField()


class CashShiftIn(In):
    cash_desk_id = serializers.UUIDField()
    float = amount_in(help_text="What is in the drawer to begin with.")


class CashCountIn(In):
    counted = amount_in(help_text="What is in the drawer.")
    reason = serializers.CharField(max_length=300, default="", allow_blank=True, help_text="Needed for a difference.")


class CashMoveIn(In):
    kind = serializers.ChoiceField(choices=MOVES)
    amount = amount_in()
    reason = serializers.CharField(max_length=200)


class CashPaymentIn(In):
    account_id = serializers.UUIDField()
    amount = amount_in(help_text="What is paid.")
    tendered = amount_in(help_text="What was given; the rest is the change.")


class CashAnswerIn(In):
    was = serializers.ChoiceField(choices=ANSWERS, help_text="What you saw at the register.")


class CashMovementOut(Out):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=CashMovement.Kind.choices)
    amount = AmountField(minor="amount_minor", currency="shift.currency")
    reason = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=CashMovement.State.choices)
    title = serializers.SerializerMethodField(help_text="Where it stands, in the reader's language.")
    what_to_do = serializers.SerializerMethodField()
    moved_at = serializers.DateTimeField()

    def get_title(self, movement: CashMovement) -> str:
        return str(words_of_movement(movement, now=timezone.now()).title)

    def get_what_to_do(self, movement: CashMovement) -> str:
        return str(words_of_movement(movement, now=timezone.now()).what_to_do)


class CashPaymentOut(Out):
    id = serializers.UUIDField()
    shift_id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    account_number = serializers.CharField(source="account.number")
    holder = serializers.CharField(source="account.party.name")
    amount = AmountField(minor="amount_minor")
    tendered = AmountField(minor="tendered_minor")
    change = AmountField(minor="change_minor")
    currency = serializers.CharField()
    value_date = serializers.DateField()
    state = serializers.ChoiceField(choices=CashPayment.State.choices)
    code = serializers.SerializerMethodField(help_text="Why it waits, was not taken or is not in the books.")
    title = serializers.SerializerMethodField(help_text="What happened, in the reader's language.")
    what_to_do = serializers.SerializerMethodField()
    can_cancel = serializers.SerializerMethodField()
    needs_answer = serializers.SerializerMethodField(help_text="Only a person can say whether it was printed.")
    fiscal_no = serializers.IntegerField(allow_null=True)
    receipt_id = serializers.UUIDField(allow_null=True)
    receipt_number = serializers.SerializerMethodField()
    taken_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)

    def get_code(self, payment: CashPayment) -> str:
        return payment.code or (code_of_job(payment.job) if payment.job else "")

    def get_title(self, payment: CashPayment) -> str:
        return str(words_of_payment(payment, now=timezone.now()).title)

    def get_what_to_do(self, payment: CashPayment) -> str:
        return str(words_of_payment(payment, now=timezone.now()).what_to_do)

    def get_can_cancel(self, payment: CashPayment) -> bool:
        return can_cancel(payment)

    def get_needs_answer(self, payment: CashPayment) -> bool:
        return needs_answer(payment)

    def get_receipt_number(self, payment: CashPayment) -> str:
        return payment.receipt.number if payment.receipt else ""


class CashShiftRowOut(Out):
    id = serializers.UUIDField()
    cash_desk_id = serializers.UUIDField(source="desk_id")
    desk_code = serializers.CharField(source="desk.code")
    desk_name = serializers.CharField(source="desk.name")
    number = serializers.IntegerField()
    cashier_id = serializers.UUIDField()
    cashier_name = serializers.CharField(source="cashier.operator.full_name")
    state = serializers.ChoiceField(choices=CashShift.State.choices)
    currency = serializers.CharField()
    float = AmountField(minor="float_minor")
    expected = AmountField(minor="expected_minor", allow_null=True)
    counted = AmountField(minor="counted_minor", allow_null=True)
    difference = AmountField(minor="difference_minor", allow_null=True)
    difference_reason = serializers.CharField(allow_blank=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class CashDrawerOut(Out):
    """What the drawer must hold, and of what."""

    float = AmountField(minor="float_minor")
    moved_in = AmountField(minor="moved_in_minor")
    moved_out = AmountField(minor="moved_out_minor")
    taken = AmountField(minor="taken_minor")
    taken_count = serializers.IntegerField()
    expected = AmountField(minor="expected_minor")


class CashShiftOut(CashShiftRowOut):
    drawer = CashDrawerOut()
    movements = CashMovementOut(many=True)


class CashDeskStateOut(Out):
    """Everything that the screen of a desk shows of this moment."""

    desk = CashDeskOut()
    has_register = serializers.BooleanField()
    is_ready = serializers.BooleanField(help_text="Payments can be taken.")
    needs_attention = serializers.BooleanField(help_text="Somebody has to do something about the register.")
    title = serializers.CharField(help_text="How the register is, in the reader's language.", allow_blank=True)
    what_to_do = serializers.CharField(allow_blank=True)
    shift = CashShiftOut(allow_null=True)
    is_own_shift = serializers.BooleanField()
    payment = CashPaymentOut(allow_null=True, help_text="The latest of the shift, whether it has ended or not.")
    scan_count = serializers.IntegerField(help_text="Grows with every scan of the desk's scanner.")
    latest_scan = serializers.CharField(allow_blank=True)


class PayersIn(In):
    text = serializers.CharField(min_length=2, max_length=800, help_text="A number, a name, or what a scanner read.")


class PayerOut(Out):
    account_id = serializers.UUIDField(source="account.id")
    legal_entity_id = serializers.UUIDField(source="account.legal_entity_id")
    account_number = serializers.CharField(source="account.number")
    holder = serializers.CharField(source="account.party.name")
    balance = AmountField(minor="balance_minor", help_text="What is owed; negative is credit.")
    asked = AmountField(minor="asked_minor", allow_null=True, help_text="What the scanned bill asks for.")
    currency = serializers.CharField()
