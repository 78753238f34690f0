"""Money that came in: receipts; and the cash desk, where it comes in by hand."""

from django.db import models

from rachun.apps.base.fields import AppendOnly, Entity
from rachun.apps.customers.models import Account
from rachun.apps.devices.models import Device, DeviceJob
from rachun.apps.identity.models import Branch, LegalEntity, Principal
from rachun.apps.ledger.models import Entry


class Receipt(Entity, AppendOnly):
    """An amount received for an account. The same external key of a channel comes in once."""

    class Channel(models.TextChoices):
        CASH = "CASH"
        BANK = "BANK"
        PARTNER = "PARTNER"

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="receipts")
    number = models.CharField(max_length=30)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    value_date = models.DateField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    external_key = models.CharField(max_length=100)
    occurrence = models.PositiveIntegerField(default=1, help_text="Tells equal payments of one day apart.")
    payer = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=420, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="receipt")
    recorded_by = models.ForeignKey(Principal, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "channel", "external_key", "occurrence"], name="receipt_external_once"
            ),
            models.UniqueConstraint(fields=["legal_entity", "number"], name="receipt_number_once"),
            models.CheckConstraint(name="receipt_positive", condition=models.Q(amount_minor__gt=0)),
        ]
        indexes = [models.Index(fields=["account", "-value_date"], name="receipt_account_date")]

    def __str__(self) -> str:
        return self.number


class CashDesk(Entity):
    """A place where cash is taken: a drawer, and a register where the law wants one."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    register = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    no_register_reason = models.CharField(max_length=200, blank=True, help_text="Why no fiscal receipt is due here.")
    tax_letter = models.CharField(max_length=1, default="А", help_text="The register's tax group of what is paid here.")
    scanner = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["branch", "code"], name="cash_desk_code_once"),
            models.UniqueConstraint(fields=["register"], name="cash_desk_register_once"),
            models.CheckConstraint(
                name="cash_desk_register_or_reason",
                condition=models.Q(register__isnull=False) ^ ~models.Q(no_register_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CashShift(Entity):
    """A cashier at a desk from the float to the count."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        CLOSING = "CLOSING"  # counted; the register is at its Z report
        CLOSED = "CLOSED"

    desk = models.ForeignKey(CashDesk, on_delete=models.PROTECT, related_name="shifts")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="Counts the shifts of the desk.")
    cashier = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    currency = models.CharField(max_length=3)
    float_minor = models.BigIntegerField()
    opened_at = models.DateTimeField()
    counted_minor = models.BigIntegerField(null=True)
    expected_minor = models.BigIntegerField(null=True, help_text="Float, moved in and out, and taken, when counted.")
    difference_reason = models.CharField(max_length=300, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["desk", "number"], name="cash_shift_number_once"),
            models.UniqueConstraint(
                fields=["desk"], condition=~models.Q(state="CLOSED"), name="cash_shift_one_open_at_desk"
            ),
            models.UniqueConstraint(
                fields=["cashier"], condition=~models.Q(state="CLOSED"), name="cash_shift_one_open_of_cashier"
            ),
            models.CheckConstraint(name="cash_shift_float", condition=models.Q(float_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.number}"

    @property
    def difference_minor(self) -> int | None:
        """Counted less expected; None until counted."""
        if self.counted_minor is None or self.expected_minor is None:
            return None
        return self.counted_minor - self.expected_minor


class CashMovement(Entity):
    """Cash into or out of the drawer other than a payment, or a report of the register."""

    class Kind(models.TextChoices):
        FLOAT = "FLOAT"
        IN = "IN"
        OUT = "OUT"
        X_REPORT = "X_REPORT"
        Z_REPORT = "Z_REPORT"

    class State(models.TextChoices):
        WAITING = "WAITING"  # the register is at it
        DONE = "DONE"
        FAILED = "FAILED"  # the register did not do it, and the drawer is not changed

    shift = models.ForeignKey(CashShift, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    job = models.OneToOneField(DeviceJob, on_delete=models.PROTECT, null=True, related_name="+")
    moved_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift"],
                condition=models.Q(kind="Z_REPORT") & ~models.Q(state="FAILED"),
                name="cash_movement_one_z",
            ),
            models.CheckConstraint(name="cash_movement_amount", condition=models.Q(amount_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"


class CashPayment(Entity):
    """Cash given for an account. It is money received once the fiscal receipt is printed; until then it can go back."""

    class State(models.TextChoices):
        TAKING = "TAKING"  # the register is at it, or it is not known what it did
        TAKEN = "TAKEN"  # printed and in the books
        PRINTED = "PRINTED"  # printed; the books refuse it for now, and are asked again
        NOT_TAKEN = "NOT_TAKEN"  # proved not printed: the money went back

    shift = models.ForeignKey(CashShift, on_delete=models.PROTECT, related_name="payments")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="cash_payments")
    amount_minor = models.BigIntegerField()
    tendered_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    value_date = models.DateField(help_text="The day of the enterprise on which the cash was given.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.TAKING)
    code = models.CharField(max_length=60, blank=True, help_text="Why it was not taken, or is not in the books.")
    job = models.OneToOneField(DeviceJob, on_delete=models.PROTECT, null=True, related_name="+")
    fiscal_no = models.BigIntegerField(null=True, help_text="The number of the document at the register.")
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, null=True, related_name="cash_payment")
    taken_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cash_payment_amounts",
                condition=models.Q(amount_minor__gt=0) & models.Q(tendered_minor__gte=models.F("amount_minor")),
            ),
            models.CheckConstraint(
                name="cash_payment_taken_has_receipt",
                condition=models.Q(state="TAKEN", receipt__isnull=False)
                | (~models.Q(state="TAKEN") & models.Q(receipt__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["shift"], condition=models.Q(state="TAKING"), name="cash_payment_one_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["shift", "-taken_at"], name="cash_payment_of_shift")]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.state}"

    @property
    def change_minor(self) -> int:
        return self.tendered_minor - self.amount_minor
