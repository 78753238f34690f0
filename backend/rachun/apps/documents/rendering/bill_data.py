"""What a printed bill says, as typed data: the only thing a template sees.

Amounts are decimals in the currency of the bill, already rounded; periods are half-open. Nothing here is calculated,
but a bill whose parts do not sum to its whole is refused when it is built.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rachun.apps.documents.rendering.payment_codes import PaymentCode

ZERO = Decimal(0)
MONTHS_OF_USE = 12


class BillDoesNotAddUp(ValueError):
    """The parts of the bill differ from the whole they belong to."""


class Language(StrEnum):
    UK = "uk"
    BS = "bs"
    EN = "en"


class Basis(StrEnum):
    MEASURED = "MEASURED"
    ESTIMATED = "ESTIMATED"
    NORM = "NORM"
    ATTRIBUTE = "ATTRIBUTE"
    COMMON_SHARE = "COMMON_SHARE"
    UNAUTHORISED_USE = "UNAUTHORISED_USE"
    AGREED = "AGREED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledValue:
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    media_type: str  # image/png, image/jpeg or image/svg+xml
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    web: str | None = None
    office: str | None = None
    hours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    name: str
    address: str
    tax_ids: tuple[LabelledValue, ...]
    bank_accounts: tuple[LabelledValue, ...]  # bank → IBAN or national account
    contact: Contact
    logo: Logo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    name: str
    address: str
    account_number: str
    external_numbers: tuple[LabelledValue, ...] = ()
    tax_ids: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    start: date
    end: date  # the day after the last one

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"empty period {self.start}..{self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    serial: str
    register: str
    previous_date: date | None
    previous_value: Decimal | None
    present_date: date | None
    present_value: Decimal | None
    multiplier: Decimal
    consumption: Decimal | None
    unit: str
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """The percent, or None with the reason's code when no tax is charged (EXEMPT, ZERO, OUTSIDE)."""

    code: str
    percent: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """`tax` is None where tax is worked out once per rate and not per line."""

    description: str
    quantity: Decimal | None
    unit: str
    unit_price: Decimal | None
    net: Decimal
    tax_rate: TaxRate
    tax: Decimal | None
    gross: Decimal
    period: Period | None = None
    correction_of: str | None = None  # number of the document this line corrects; printed in italics


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGroup:
    service: str
    point: str | None
    address: str | None
    lines: tuple[BillLine, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    readings: tuple[MeterReading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSummary:
    tax_rate: TaxRate
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeStep:
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Why this bill differs from the one before; `previous_gross` is None on a first bill."""

    previous_gross: Decimal | None
    steps: tuple[BridgeStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfUse:
    month: date  # its first day
    quantity: Decimal | None  # None: unknown, which is not zero


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageHistory:
    """Up to twelve months, oldest first; the latest is this bill's."""

    service: str
    unit: str
    months: tuple[MonthOfUse, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.months) <= MONTHS_OF_USE:
            raise ValueError(f"{len(self.months)} months of use given for {self.service}, 1 to {MONTHS_OF_USE} wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedAmount:
    date: date
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatement:
    """opening balance - payments + adjustments + this bill = total due. A debt is positive, a credit negative."""

    opening_balance: Decimal
    payments: tuple[DatedAmount, ...]
    this_bill: Decimal
    total_due: Decimal
    adjustments: tuple[DatedAmount, ...] = ()

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSlip:
    """`fields` are further boxes the country's slip has (bank, payee code), already labelled."""

    payee: str
    account: str
    reference: str
    purpose: str
    amount: Decimal
    codes: tuple[PaymentCode, ...] = ()
    fields: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDates:
    document: date
    due: date
    tax_point: date | None
    service: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDocument:
    number: str
    language: Language
    currency: str  # ISO 4217
    dates: BillDates
    seller: Seller
    subscriber: Subscriber
    groups: tuple[ServiceGroup, ...]
    tax_summary: tuple[TaxSummary, ...]
    totals: Totals
    account: AccountStatement
    bridge: Bridge
    usage: tuple[UsageHistory, ...] = ()
    slip: PaymentSlip | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_lines(self)
        _check_taxes(self)
        _check_account(self)
        _check_bridge(self)


def _must_equal(what: str, parts: Decimal, whole: Decimal) -> None:
    if parts != whole:
        raise BillDoesNotAddUp(f"{what}: parts give {parts}, the whole says {whole}")


def _check_lines(bill: BillDocument) -> None:
    for group in bill.groups:
        _must_equal(f"net of {group.service}", sum((line.net for line in group.lines), ZERO), group.net)
        _must_equal(f"gross of {group.service}", group.net + group.tax, group.gross)
        for line in group.lines:
            if line.tax is not None:
                _must_equal(f"gross of {line.description}", line.net + line.tax, line.gross)
    _must_equal("net of the bill", sum((group.net for group in bill.groups), ZERO), bill.totals.net)
    _must_equal("tax of the bill", sum((group.tax for group in bill.groups), ZERO), bill.totals.tax)
    _must_equal("gross of the bill", bill.totals.net + bill.totals.tax, bill.totals.gross)


def _check_taxes(bill: BillDocument) -> None:
    net_by_rate: dict[TaxRate, Decimal] = defaultdict(Decimal)
    for group in bill.groups:
        for line in group.lines:
            net_by_rate[line.tax_rate] += line.net
    summary = {row.tax_rate: row.net for row in bill.tax_summary}
    if len(summary) != len(bill.tax_summary):
        raise BillDoesNotAddUp("a tax rate stands twice in the tax summary")
    for rate in net_by_rate.keys() | summary.keys():
        _must_equal(f"net at rate {rate.code}", net_by_rate.get(rate, ZERO), summary.get(rate, ZERO))
    _must_equal("tax by rates", sum((row.tax for row in bill.tax_summary), ZERO), bill.totals.tax)


def _check_account(bill: BillDocument) -> None:
    account = bill.account
    _must_equal("this bill in the account", account.this_bill, bill.totals.gross)
    adjusted = sum((adjustment.amount for adjustment in account.adjustments), ZERO)
    _must_equal("total due", account.opening_balance - account.paid + adjusted + account.this_bill, account.total_due)
    if bill.slip is not None:
        _must_equal("amount of the slip", bill.slip.amount, account.total_due)
        if account.total_due <= ZERO:
            raise BillDoesNotAddUp("a payment slip on a bill with nothing to pay")


def _check_bridge(bill: BillDocument) -> None:
    if bill.bridge.previous_gross is None:
        if bill.bridge.steps:
            raise BillDoesNotAddUp("a first bill has nothing to be compared with")
        return
    steps = sum((step.amount for step in bill.bridge.steps), ZERO)
    _must_equal("bridge", bill.bridge.previous_gross + steps, bill.totals.gross)
