from typing import Any

from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import In, Out
from rachun.apps.billing.models import BillRun, ParkedAccount
from rachun.apps.billing.reasons import reason_of
from rachun.apps.billing.selectors.bill_lines import UNPRICED, quantity_of, unit_of
from rachun.values.quantity import format_micro, format_price_e8

LANGUAGES = [("uk", "uk"), ("bs", "bs"), ("en", "en")]


class BillRunIn(In):
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField(default=None, allow_null=True)
    kind = serializers.ChoiceField(choices=BillRun.Kind.choices)
    period_from = serializers.DateField()
    period_to = serializers.DateField(help_text="The first day that no longer belongs.")
    document_date = serializers.DateField()
    due_date = serializers.DateField()
    account_ids = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=1000)


class BillRunOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    branch_id = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(choices=BillRun.Kind.choices)
    state = serializers.ChoiceField(choices=BillRun.State.choices)
    period_from = serializers.DateField()
    period_to = serializers.DateField()
    document_date = serializers.DateField()
    due_date = serializers.DateField()
    known_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    calculated_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by_id = serializers.UUIDField(allow_null=True)
    issued_at = serializers.DateTimeField(allow_null=True)


class CancelIn(In):
    why = serializers.CharField(max_length=300)


class ControlSheetOut(Out):
    made_at = serializers.DateTimeField()
    is_balanced = serializers.BooleanField()
    figures = serializers.DictField(child=serializers.JSONField(), help_text="Money in minor units.")


class ParkedAccountOut(Out):
    account_id = serializers.UUIDField()
    account_number = serializers.CharField(source="account.number")
    agreement_id = serializers.UUIDField(allow_null=True)
    agreement_number = serializers.CharField(source="agreement.number", default="", allow_blank=True)
    code = serializers.CharField()
    params = serializers.DictField(child=serializers.JSONField())
    reason = serializers.SerializerMethodField(help_text="In the reader's language.")

    def get_reason(self, parked: ParkedAccount) -> str:
        return reason_of(code=parked.code, params=parked.params)


class DraftBillOut(Out):
    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    account_number = serializers.CharField(source="account.number")
    net = AmountField(minor="net_minor", currency="account.legal_entity.currency")
    tax = AmountField(minor="tax_minor", currency="account.legal_entity.currency")
    gross = AmountField(minor="gross_minor", currency="account.legal_entity.currency")
    previous_gross = AmountField(
        minor="previous_gross_minor", currency="account.legal_entity.currency", allow_null=True
    )
    difference = AmountField(minor="difference_minor", currency="account.legal_entity.currency")
    currency = serializers.CharField(source="account.legal_entity.currency")
    line_count = serializers.IntegerField()


class BillOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    account_number = serializers.CharField(source="account.number")
    run_id = serializers.UUIDField()
    number = serializers.CharField()
    document_date = serializers.DateField()
    period_from = serializers.DateField()
    period_to = serializers.DateField()
    due_date = serializers.DateField()
    currency = serializers.CharField()
    net = AmountField(minor="net_minor")
    tax = AmountField(minor="tax_minor")
    gross = AmountField(minor="gross_minor")
    opening_balance = AmountField(minor="opening_balance_minor", help_text="Negative is credit.")
    issued_at = serializers.DateTimeField()


class ChargeOut(Out):
    line_no = serializers.IntegerField()
    agreement_id = serializers.UUIDField()
    version_id = serializers.UUIDField()
    component = serializers.CharField()
    kind = serializers.CharField()
    register = serializers.CharField(allow_blank=True)
    block_no = serializers.IntegerField(allow_null=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    service_from = serializers.DateField()
    service_to = serializers.DateField()
    quantity = serializers.SerializerMethodField(
        help_text="As printed: percents of a percentage; null where an amount is taken off or added as a whole."
    )
    unit = serializers.SerializerMethodField(help_text="Of the quantity; empty where something is due once.")
    unit_price = serializers.SerializerMethodField(help_text="Null where there is no one price: calls, percentages.")
    net = AmountField(minor="net_minor", currency="bill_currency")
    tax_category = serializers.CharField()
    tax_rate_percent = serializers.SerializerMethodField()
    tax = AmountField(minor="tax_minor", currency="bill_currency")
    gross = AmountField(minor="gross_minor", currency="bill_currency")
    posting_code = serializers.CharField()
    basis = serializers.CharField(allow_blank=True)
    inputs = serializers.DictField(child=serializers.JSONField())

    def get_quantity(self, charge: Any) -> str | None:
        quantity = quantity_of(charge)
        return None if quantity is None else f"{quantity:f}"

    def get_unit(self, charge: Any) -> str:
        return unit_of(charge)

    def get_unit_price(self, charge: Any) -> str | None:
        return None if charge.kind in UNPRICED else format_price_e8(value=charge.unit_price_e8)

    def get_tax_rate_percent(self, charge: Any) -> str:
        return format_micro(value=charge.tax_rate_micro)


class ServiceLinesOut(Out):
    service_code = serializers.CharField()
    service_names = serializers.DictField(child=serializers.CharField())
    service_point_code = serializers.CharField()
    agreement_id = serializers.UUIDField()
    lines = ChargeOut(many=True)


class BillWithLinesOut(BillOut):
    services = ServiceLinesOut(many=True)


class DocumentIn(In):
    language = serializers.ChoiceField(choices=LANGUAGES, default=None, allow_null=True)


class BillPostingOut(Out):
    entry_id = serializers.UUIDField()
    line_no = serializers.IntegerField()
    debit_code = serializers.CharField(source="debit_account.code")
    debit_posting_code = serializers.CharField(source="debit_account.posting_code")
    credit_code = serializers.CharField(source="credit_account.code")
    credit_posting_code = serializers.CharField(source="credit_account.posting_code")
    amount = AmountField(minor="amount_minor")
    currency = serializers.CharField()
