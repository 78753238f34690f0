from rest_framework import serializers

from rachun.apps.base.api.money import AmountField
from rachun.apps.base.api.serializers import In, Out
from rachun.apps.ledger.models import AccountingPeriod, OpenItem


class LedgerAccountOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    posting_code = serializers.CharField()
    code = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())


class PostingOut(Out):
    entry_id = serializers.UUIDField()
    line_no = serializers.IntegerField()
    debit_code = serializers.CharField(source="debit_account.code")
    debit_posting_code = serializers.CharField(source="debit_account.posting_code")
    credit_code = serializers.CharField(source="credit_account.code")
    credit_posting_code = serializers.CharField(source="credit_account.posting_code")
    debit_item_id = serializers.UUIDField(allow_null=True)
    credit_item_id = serializers.UUIDField(allow_null=True)
    amount = AmountField(minor="amount_minor")
    currency = serializers.CharField()


class EntryOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    area = serializers.ChoiceField(choices=AccountingPeriod.Area.choices)
    accounting_date = serializers.DateField()
    source_kind = serializers.CharField()
    source_id = serializers.UUIDField()
    recorded_at = serializers.DateTimeField()


class EntryWithPostingsOut(EntryOut):
    postings = PostingOut(many=True)


class OpenItemOut(Out):
    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    bill_id = serializers.UUIDField(allow_null=True)
    agreement_id = serializers.UUIDField(allow_null=True)
    tax_category = serializers.CharField(allow_blank=True)
    debt_kind = serializers.ChoiceField(choices=OpenItem.DebtKind.choices)
    due_date = serializers.DateField(allow_null=True)
    balance = AmountField(minor="balance_minor", help_text="Positive is owed, negative is held for the account.")
    currency = serializers.CharField()


class PeriodOut(Out):
    id = serializers.UUIDField()
    legal_entity_id = serializers.UUIDField()
    area = serializers.ChoiceField(choices=AccountingPeriod.Area.choices)
    month = serializers.DateField()
    state = serializers.ChoiceField(choices=AccountingPeriod.State.choices)
    changed_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)


class PeriodCloseIn(In):
    legal_entity_id = serializers.UUIDField()
    area = serializers.ChoiceField(choices=AccountingPeriod.Area.choices)
    month = serializers.DateField(help_text="Any day of the month.")


class PeriodReopenIn(PeriodCloseIn):
    reason = serializers.CharField(max_length=300)


class TrialBalanceIn(In):
    legal_entity_id = serializers.UUIDField()
    start = serializers.DateField()
    end = serializers.DateField(help_text="The first day that no longer counts.")


class TrialBalanceRowOut(Out):
    posting_code = serializers.CharField()
    code = serializers.CharField()
    currency = serializers.CharField()
    debit = AmountField(minor="debit_minor")
    credit = AmountField(minor="credit_minor")
