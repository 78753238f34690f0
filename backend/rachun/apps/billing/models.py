"""Bill runs, their drafts and control sheets; issued bills with their charges."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Func

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.fields import AppendOnly, Entity
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import Branch, LegalEntity, Principal
from rachun.apps.metering.models import Consumption, EstimationRule


class BillRun(Entity):
    class Kind(models.TextChoices):
        REGULAR = "REGULAR"
        SUPPLEMENTARY = "SUPPLEMENTARY"
        FINAL = "FINAL"

    class State(models.TextChoices):
        DRAFT = "DRAFT"
        CALCULATING = "CALCULATING"
        CALCULATED = "CALCULATED"
        REVIEWED = "REVIEWED"
        ISSUING = "ISSUING"
        ISSUED = "ISSUED"
        CANCELLED = "CANCELLED"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    period_from = models.DateField()
    period_to = models.DateField()
    document_date = models.DateField()
    due_date = models.DateField()
    known_until = models.DateTimeField(null=True, help_text="Knowledge cut-off of the last calculation.")
    created_by = models.ForeignKey(Principal, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Principal, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    calculated_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="bill_run_period", condition=models.Q(period_to__gt=models.F("period_from"))),
            models.UniqueConstraint(
                fields=["legal_entity", "period_from"],
                name="bill_run_regular_once",
                condition=models.Q(kind="REGULAR", branch__isnull=True) & ~models.Q(state="CANCELLED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period_from:%Y-%m}"


class BillRunChunk(Entity):
    """A slice of the run's accounts: calculated and issued in one transaction each."""

    run = models.ForeignKey(BillRun, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    account_ids = ArrayField(models.UUIDField())
    calculated_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    tallies = models.JSONField(default=dict, help_text="What the calculation saw, for the control sheet.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="bill_run_chunk_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class ParkedAccount(Entity):
    """An account that the run could not bill, with a reason that a person can act on."""

    run = models.ForeignKey(BillRun, on_delete=models.CASCADE, related_name="parked")
    chunk = models.ForeignKey(BillRunChunk, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["run", "account"], name="parked_run_account")]

    def __str__(self) -> str:
        return self.code


class DraftBill(Entity):
    """A calculated bill before it has a number. Calculating again replaces it; issuing copies it into `Bill`.

    References of drafts are not checked by the database: they are written with their chunk, out of what its transaction
    has just read, and go with it. The books that are made of them check every reference.
    """

    run = models.ForeignKey(
        BillRun, on_delete=models.CASCADE, related_name="drafts", db_index=False, db_constraint=False
    )
    chunk = models.ForeignKey(BillRunChunk, on_delete=models.CASCADE, related_name="drafts", db_constraint=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    line_count = models.PositiveIntegerField()
    previous_gross_minor = models.BigIntegerField(null=True, help_text="The account's latest bill before this one.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "account"], name="draft_bill_once"),
            models.CheckConstraint(
                name="draft_bill_sum",
                condition=models.Q(gross_minor=models.F("net_minor") + models.F("tax_minor")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.gross_minor}"


class DraftItem(models.Model):
    """The sums of a draft bill by agreement, tax category and posting code: what issuing posts."""

    id = models.BigAutoField(primary_key=True)
    chunk = models.ForeignKey(BillRunChunk, on_delete=models.CASCADE, related_name="draft_items", db_constraint=False)
    draft = models.ForeignKey(
        DraftBill, on_delete=models.CASCADE, related_name="items", db_index=False, db_constraint=False
    )
    agreement = models.ForeignKey(
        ServiceAgreement, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    tax_category = models.CharField(max_length=20)
    posting_code = models.CharField(max_length=40)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.posting_code} {self.gross_minor}"


class DraftInterval(models.Model):
    """The days a draft bill charges, per agreement, component and register; issuing makes billed intervals of them.

    Metered ones come from the consumption, so that a register that used nothing is billed up to its reading as well.
    """

    id = models.BigAutoField(primary_key=True)
    chunk = models.ForeignKey(
        BillRunChunk, on_delete=models.CASCADE, related_name="draft_intervals", db_constraint=False
    )
    draft = models.ForeignKey(
        DraftBill, on_delete=models.CASCADE, related_name="intervals", db_index=False, db_constraint=False
    )
    agreement = models.ForeignKey(
        ServiceAgreement, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    component = models.CharField(max_length=40)
    register = models.CharField(max_length=20, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField()

    def __str__(self) -> str:
        return f"{self.component} {self.valid_from}–{self.valid_to}"


class DraftEstimate(models.Model):
    """What a draft bill estimates, with its rule, or an earlier estimate that it takes back; issuing keeps both."""

    id = models.BigAutoField(primary_key=True)
    chunk = models.ForeignKey(
        BillRunChunk, on_delete=models.CASCADE, related_name="draft_estimates", db_constraint=False
    )
    draft = models.ForeignKey(
        DraftBill, on_delete=models.CASCADE, related_name="estimates", db_index=False, db_constraint=False
    )
    agreement = models.ForeignKey(
        ServiceAgreement, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    register = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField()
    quantity_micro = models.BigIntegerField()
    evidence = models.CharField(max_length=300, blank=True)
    rule = models.ForeignKey(EstimationRule, on_delete=models.PROTECT, null=True, related_name="+")
    takes_back = models.ForeignKey(Consumption, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="draft_estimate_either",
                condition=models.Q(rule__isnull=True) ^ models.Q(takes_back__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.valid_from}–{self.valid_to}"


class DraftAllowance(models.Model):
    """Included units that a calculation leaves over; issuing the chunk makes balances of them.

    An agreement that had units and has none left keeps a row of 0, so that its older balance is not opened again.
    """

    id = models.BigAutoField(primary_key=True)
    chunk = models.ForeignKey(
        BillRunChunk, on_delete=models.CASCADE, related_name="draft_allowances", db_constraint=False
    )
    agreement = models.ForeignKey(
        ServiceAgreement, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    allowance = models.CharField(max_length=40)
    granted_from = models.DateField()
    periods_left = models.PositiveSmallIntegerField()
    remaining_micro = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.allowance} {self.remaining_micro}"


class AllowanceBalance(AppendOnly):
    """Included units left over at the end of a billed period: what the next period opens with."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(BillRun, on_delete=models.PROTECT, related_name="allowance_balances")
    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="allowance_balances")
    allowance = models.CharField(max_length=40)
    period_to = models.DateField(help_text="End of the period that left them.")
    granted_from = models.DateField()
    periods_left = models.PositiveSmallIntegerField(help_text="In how many later periods they may be used.")
    remaining_micro = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "agreement", "allowance", "granted_from"], name="allowance_balance_once"
            ),
            models.CheckConstraint(name="allowance_balance_not_negative", condition=models.Q(remaining_micro__gte=0)),
        ]
        indexes = [models.Index(fields=["agreement", "-period_to"], name="allowance_balance_latest")]

    def __str__(self) -> str:
        return f"{self.allowance} {self.period_to}: {self.remaining_micro}"


class ControlSheet(Entity, AppendOnly):
    """What went in against what came out of one calculation or issue; a difference blocks approval."""

    run = models.ForeignKey(BillRun, on_delete=models.CASCADE, related_name="control_sheets")
    made_at = models.DateTimeField()
    figures = models.JSONField()
    is_balanced = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.run_id} {self.made_at:%Y-%m-%d %H:%M}"


class Bill(Entity, AppendOnly):
    """An issued bill: never changed, countered only by another document."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="bills", db_index=False)
    run = models.ForeignKey(BillRun, on_delete=models.PROTECT, related_name="bills", db_index=False)
    number = models.CharField(max_length=30)
    document_date = models.DateField()
    period_from = models.DateField()
    period_to = models.DateField()
    due_date = models.DateField()
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    opening_balance_minor = models.BigIntegerField(
        help_text="What the account owed before this bill; negative: credit."
    )
    line_count = models.PositiveIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "number"], name="bill_number_once"),
            models.UniqueConstraint(fields=["run", "account"], name="bill_run_account_once"),
            models.CheckConstraint(
                name="bill_sum", condition=models.Q(gross_minor=models.F("net_minor") + models.F("tax_minor"))
            ),
        ]
        indexes = [models.Index(fields=["account", "-document_date"], name="bill_account_date")]

    def __str__(self) -> str:
        return self.number


class Charge(AppendOnly):
    """One priced line. Partitioned by `load_key`: the bill run that calculated it."""

    pk = models.CompositePrimaryKey("load_key", "bill_id", "line_no")
    load_key = models.UUIDField()
    bill_id = models.UUIDField(help_text="Id of the draft bill and, once issued, of the bill.")
    line_no = models.IntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    component = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    register = models.CharField(max_length=20, blank=True)
    block_no = models.SmallIntegerField(null=True)
    label = models.CharField(max_length=100, blank=True)
    service_from = models.DateField()
    service_to = models.DateField()
    quantity_micro = models.BigIntegerField()
    unit_price_e8 = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    tax_category = models.CharField(max_length=20)
    tax_rate_micro = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    posting_code = models.CharField(max_length=40)
    basis = models.CharField(max_length=40, blank=True)
    inputs = models.JSONField(help_text="Everything needed to derive the line again.")

    class Meta:
        indexes = [models.Index(fields=["account", "service_from"], name="charge_account")]

    def __str__(self) -> str:
        return f"{self.bill_id}/{self.line_no}"


class BilledInterval(AppendOnly):
    """The days of an agreement's component that an issued bill has charged: nothing is billed twice."""

    UPDATABLE = ("released_at",)

    id = models.BigAutoField(primary_key=True)
    agreement = models.ForeignKey(ServiceAgreement, on_delete=models.PROTECT, related_name="billed_intervals")
    component = models.CharField(max_length=40)
    register = models.CharField(max_length=20, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField()
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="billed_intervals")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="billed_interval_overlap",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("component", RangeOperators.EQUAL),
                    ("register", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(released_at__isnull=True),
            ),
            models.CheckConstraint(
                name="billed_interval_period", condition=models.Q(valid_to__gt=models.F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.valid_from}–{self.valid_to}"
