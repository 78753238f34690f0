"""The books: chart of accounts, entries of paired postings, open items, periods."""

from django.db import models

from rachun.apps.base.fields import AppendOnly, Entity
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import LegalEntity


class LedgerAccount(Entity):
    """One account of the chart, reached by the posting code that catalog and engine use."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    posting_code = models.CharField(max_length=40)
    code = models.CharField(max_length=20, help_text="Number in the chart of accounts.")
    names = models.JSONField(help_text="Name by language: uk, bs, en.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "posting_code"], name="ledger_account_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.posting_code}"


class AccountingPeriod(Entity):
    """A month of one area of the books. A month without a row is open."""

    class Area(models.TextChoices):
        SALES = "SALES"
        RECEIPTS = "RECEIPTS"

    class State(models.TextChoices):
        OPEN = "OPEN"
        CLOSED = "CLOSED"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=10, choices=Area.choices)
    month = models.DateField(help_text="The first day of the month.")
    state = models.CharField(max_length=8, choices=State.choices)
    changed_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legal_entity", "area", "month"], name="accounting_period_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.month:%Y-%m} {self.state}"


class Entry(Entity, AppendOnly):
    """One business event in the books: an accounting date, a source document, its postings."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.CharField(max_length=10, choices=AccountingPeriod.Area.choices)
    accounting_date = models.DateField()
    source_kind = models.CharField(max_length=20, help_text="BILL, RECEIPT, ADVANCE_USE, OPENING …")
    source_id = models.UUIDField()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source_kind", "source_id"], name="entry_source_once")]
        indexes = [models.Index(fields=["legal_entity", "accounting_date"], name="entry_date")]

    def __str__(self) -> str:
        return f"{self.source_kind} {self.accounting_date}"


class OpenItem(Entity, AppendOnly):
    """Something owed (or, for an advance, held) for one reason; its balance is the sum of its postings."""

    class DebtKind(models.TextChoices):
        PRINCIPAL = "PRINCIPAL"
        ADVANCE = "ADVANCE"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill_id = models.UUIDField(null=True, blank=True, help_text="The bill that made it, if a bill did.")
    agreement_id = models.UUIDField(null=True, blank=True, help_text="The service agreement that it is owed for.")
    tax_category = models.CharField(max_length=20, blank=True)
    debt_kind = models.CharField(max_length=20, choices=DebtKind.choices)
    currency = models.CharField(max_length=3)
    due_date = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], name="advance_item_once", condition=models.Q(debt_kind="ADVANCE")
            ),
            models.UniqueConstraint(
                fields=["bill_id", "agreement_id", "tax_category", "debt_kind"],
                name="open_item_bill_once",
                condition=models.Q(bill_id__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["account", "due_date"], name="open_item_account_due")]

    def __str__(self) -> str:
        return f"{self.debt_kind} due {self.due_date}"


class Posting(AppendOnly):
    """A pair: one account debited, one credited, one positive amount, one currency.

    Partitioned by `load_key`: the bill run for a bulk load, the month's live partition otherwise.
    """

    pk = models.CompositePrimaryKey("load_key", "entry_id", "line_no")
    load_key = models.UUIDField()
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    line_no = models.IntegerField()
    debit_account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    credit_account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    debit_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, null=True, blank=True, related_name="debits")
    credit_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, null=True, blank=True, related_name="credits")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(name="posting_positive", condition=models.Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="posting_two_accounts", condition=~models.Q(debit_account=models.F("credit_account"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"
