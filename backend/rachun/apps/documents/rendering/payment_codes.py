"""What the codes on a payment slip say. Sources: NBU resolution 97 (2025) and its predecessor, EPC069-12.

A field that a standard cannot hold is refused, never cut: a shortened purpose or reference pays the wrong account.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

NBU_AMOUNT_MAX = Decimal("999999999.99")
NBU_002_PAYLOAD_BYTES_MAX = 331
NBU_URL_CHARACTERS_MAX = 507
EPC_BYTES_MAX = 331
DESK_REFERENCE_DIGITS = 10
DESK_AMOUNT_DIGITS = 8
_CENT = Decimal("0.01")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_UA_IBAN = re.compile(r"UA\d{27}")
_ASCII_DIGITS = re.compile(r"[0-9]+")


class PaymentCodeRefused(ValueError):
    """A field does not fit the standard of the code; `field` names it."""

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class Symbology(StrEnum):
    QR = "QR"
    CODE_128 = "CODE_128"


class CodeKind(StrEnum):
    """Which caption stands under the code."""

    NBU_002 = "NBU_002"
    NBU_003 = "NBU_003"
    EPC = "EPC"
    DESK = "DESK"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCode:
    kind: CodeKind
    symbology: Symbology
    content: str
    qr_version_max: int = 40


class NbuVersion(StrEnum):
    V002 = "002"
    V003 = "003"


class NbuEncoding(StrEnum):
    UTF_8 = "1"
    WINDOWS_1251 = "2"


class NbuFunction(StrEnum):
    CREDIT = "UCT"
    INSTANT = "ICT"
    EITHER = "XCT"


@dataclass(frozen=True, slots=True, kw_only=True)
class NbuSettings:
    """Banks differ: LF with UTF-8 is what live links use, CRLF with Windows-1251 is the regulator's example."""

    version: NbuVersion = NbuVersion.V003
    encoding: NbuEncoding = NbuEncoding.UTF_8
    line_ending: str = "\n"
    base_url: str | None = None

    def url_prefix(self) -> str:
        if self.base_url is not None:
            return self.base_url
        return "https://bank.gov.ua/qr/" if self.version is NbuVersion.V002 else "https://qr.bank.gov.ua/"


@dataclass(frozen=True, slots=True, kw_only=True)
class NbuPayment:
    """Fields of version 003; version 002 prints the recipient, account, amount, code and purpose of them."""

    recipient: str
    account: str
    recipient_code: str
    purpose: str
    amount: Decimal | None
    function: NbuFunction = NbuFunction.CREDIT
    category: str = ""
    reference: str = ""
    display_text: str = ""
    field_lock: str = ""
    valid_until: datetime | None = None
    created_at: datetime | None = None


def _text(*, field: str, value: str, longest: int, required: bool = False) -> str:
    if "\n" in value or "\r" in value:
        raise PaymentCodeRefused(field=field, reason="a line break would shift the fields after it")
    if len(value) > longest:
        raise PaymentCodeRefused(field=field, reason=f"{len(value)} characters, {longest} fit")
    if required and not value.strip():
        raise PaymentCodeRefused(field=field, reason="required")
    return value


def _amount(*, amount: Decimal, currency: str, lowest: Decimal) -> str:
    """`UAH245.5`: no trailing zeros, a point, never an exponent."""
    if not amount.is_finite() or not lowest <= amount <= NBU_AMOUNT_MAX:
        raise PaymentCodeRefused(field="amount", reason=f"{amount} is not between {lowest} and {NBU_AMOUNT_MAX}")
    if amount != amount.quantize(_CENT):
        raise PaymentCodeRefused(field="amount", reason=f"{amount} has more than two decimals")
    digits = f"{amount:.2f}".rstrip("0").rstrip(".")
    return currency + digits


def _iban(*, value: str, pattern: re.Pattern[str] = _IBAN) -> str:
    if not pattern.fullmatch(value):
        raise PaymentCodeRefused(field="account", reason=f"{value!r} is not an IBAN of the wanted country")
    return value


def _stamp(value: datetime | None) -> str:
    return "" if value is None else value.strftime("%y%m%d%H%M%S")


def nbu_payload(*, payment: NbuPayment, settings: NbuSettings) -> bytes:
    """The block of lines as bytes in the declared encoding; raises PaymentCodeRefused."""
    is_002 = settings.version is NbuVersion.V002
    if is_002 and payment.function is not NbuFunction.CREDIT:
        raise PaymentCodeRefused(field="function", reason="version 002 knows only UCT")
    if settings.line_ending not in {"\n", "\r\n"}:
        raise PaymentCodeRefused(field="line_ending", reason=f"{settings.line_ending!r}")
    amount = "" if payment.amount is None else _amount(amount=payment.amount, currency="UAH", lowest=_CENT)
    lines = [
        "BCD",
        settings.version.value,
        settings.encoding.value,
        payment.function.value,
        "",
        _text(field="recipient", value=payment.recipient, longest=140, required=True),
        _iban(value=payment.account, pattern=_UA_IBAN),
        amount,
        _text(field="recipient_code", value=payment.recipient_code, longest=10, required=True),
    ]
    lines += _nbu_002_tail(payment) if is_002 else _nbu_003_tail(payment)
    try:
        payload = settings.line_ending.join(lines).encode(
            "utf-8" if settings.encoding is NbuEncoding.UTF_8 else "windows-1251"
        )
    except UnicodeEncodeError as error:
        raise PaymentCodeRefused(field="encoding", reason=f"{error.object[error.start]!r} is not in it") from error
    if is_002 and len(payload) > NBU_002_PAYLOAD_BYTES_MAX:
        raise PaymentCodeRefused(field="payload", reason=f"{len(payload)} bytes, {NBU_002_PAYLOAD_BYTES_MAX} fit")
    return payload


def _nbu_002_tail(payment: NbuPayment) -> list[str]:
    return ["", "", _text(field="purpose", value=payment.purpose, longest=420, required=True), "", ""]


def _nbu_003_tail(payment: NbuPayment) -> list[str]:
    if payment.field_lock and not re.fullmatch(r"[0-9A-F]{4}", payment.field_lock):
        raise PaymentCodeRefused(field="field_lock", reason=f"{payment.field_lock!r} is not four hexadecimal digits")
    return [
        _text(field="category", value=payment.category, longest=9),
        _text(field="reference", value=payment.reference, longest=35),
        _text(field="purpose", value=payment.purpose, longest=420, required=True),
        _text(field="display_text", value=payment.display_text, longest=140),
        payment.field_lock,
        _stamp(payment.valid_until),
        _stamp(payment.created_at),
        "",
    ]


def nbu_code(*, payment: NbuPayment, settings: NbuSettings) -> PaymentCode:
    """A link that any Ukrainian banking app opens; raises PaymentCodeRefused."""
    payload = nbu_payload(payment=payment, settings=settings)
    url = settings.url_prefix() + base64.urlsafe_b64encode(payload).decode("ascii").rstrip("=")
    if len(url) > NBU_URL_CHARACTERS_MAX:
        raise PaymentCodeRefused(field="url", reason=f"{len(url)} characters, {NBU_URL_CHARACTERS_MAX} fit")
    is_002 = settings.version is NbuVersion.V002
    return PaymentCode(
        kind=CodeKind.NBU_002 if is_002 else CodeKind.NBU_003,
        symbology=Symbology.QR,
        content=url,
        qr_version_max=15 if is_002 else 17,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EpcPayment:
    """A SEPA credit transfer; one of `reference` (structured) and `purpose` (free text), or neither."""

    name: str
    iban: str
    amount: Decimal
    currency: str = "EUR"
    bic: str = ""
    purpose_code: str = ""
    reference: str = ""
    purpose: str = ""
    information: str = ""


def epc_code(*, payment: EpcPayment) -> PaymentCode:
    """EPC069-12 version 002 in UTF-8; raises PaymentCodeRefused, also for any currency but the euro."""
    if payment.currency != "EUR":
        raise PaymentCodeRefused(field="currency", reason=f"{payment.currency}: the EPC code knows only EUR")
    if payment.bic and len(payment.bic) not in {8, 11}:
        raise PaymentCodeRefused(field="bic", reason=f"{payment.bic!r} has neither 8 nor 11 characters")
    if payment.reference and payment.purpose:
        raise PaymentCodeRefused(field="purpose", reason="a structured reference excludes free text")
    lines = [
        "BCD",
        "002",
        "1",
        "SCT",
        payment.bic,
        _text(field="name", value=payment.name, longest=70, required=True),
        _iban(value=payment.iban),
        _amount(amount=payment.amount, currency="EUR", lowest=_CENT),
        _text(field="purpose_code", value=payment.purpose_code, longest=4),
        _text(field="reference", value=payment.reference, longest=35),
        _text(field="purpose", value=payment.purpose, longest=140),
        _text(field="information", value=payment.information, longest=70),
    ]
    content = "\n".join(lines).rstrip("\n")
    if len(content.encode()) > EPC_BYTES_MAX:
        raise PaymentCodeRefused(field="payload", reason=f"{len(content.encode())} bytes, {EPC_BYTES_MAX} fit")
    return PaymentCode(kind=CodeKind.EPC, symbology=Symbology.QR, content=content, qr_version_max=13)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPayment:
    reference: str
    amount_minor: int


def desk_code(*, reference: str, amount_minor: int, symbology: Symbology) -> PaymentCode:
    """Our own code for cash desks and post offices: reference (10 digits), amount (8), check (2), digits only.

    The check makes the whole number 1 modulo 97, so a misread or mistyped digit is seen. Raises PaymentCodeRefused.
    """
    if not _ASCII_DIGITS.fullmatch(reference) or len(reference) > DESK_REFERENCE_DIGITS:
        raise PaymentCodeRefused(field="reference", reason=f"{reference!r} is not 1 to 10 digits")
    if not 0 < amount_minor < 10**DESK_AMOUNT_DIGITS:
        raise PaymentCodeRefused(field="amount", reason=f"{amount_minor} does not fit {DESK_AMOUNT_DIGITS} digits")
    body = f"{int(reference):0{DESK_REFERENCE_DIGITS}d}{amount_minor:0{DESK_AMOUNT_DIGITS}d}"
    check = 98 - int(body) * 100 % 97
    return PaymentCode(kind=CodeKind.DESK, symbology=symbology, content=f"{body}{check:02d}", qr_version_max=2)


def read_desk_code(*, content: str) -> DeskPayment:
    """What a scanner at the cash desk typed; the reference comes back with its leading zeros (10 digits)."""
    length = DESK_REFERENCE_DIGITS + DESK_AMOUNT_DIGITS + 2
    if len(content) != length or not _ASCII_DIGITS.fullmatch(content):
        raise PaymentCodeRefused(field="content", reason=f"{content!r} is not {length} digits")
    if int(content) % 97 != 1:
        raise PaymentCodeRefused(field="content", reason=f"{content!r} fails its check digits")
    return DeskPayment(reference=content[:DESK_REFERENCE_DIGITS], amount_minor=int(content[DESK_REFERENCE_DIGITS:-2]))
