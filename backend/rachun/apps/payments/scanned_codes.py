"""What a scanner reads from our bill: the desk's own code, or the National Bank of Ukraine's link."""

import base64
import binascii
import re
from dataclasses import dataclass
from decimal import Decimal

from rachun.apps.documents.rendering.payment_codes import PaymentCodeRefused, read_desk_code
from rachun.values.money import Money

NBU_LINK = re.compile(r"https://(?:qr\.bank\.gov\.ua|bank\.gov\.ua/qr)/(?P<payload>[A-Za-z0-9_-]{40,700})")
NBU_LINES_MIN = 12
AMOUNT = re.compile(r"(?P<currency>[A-Z]{3})(?P<amount>\d{1,9}(?:\.\d{1,2})?)")
NUMBER = re.compile(r"\b\d{4,12}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """numbers: which accounts it may mean, the likeliest first; amount_minor: what it asks for."""

    numbers: tuple[str, ...]
    amount_minor: int | None


def read_code(text: str) -> Code | None:
    """None for what is no code of ours: then it is a number or a name that somebody typed."""
    text = text.strip()
    return read_desk(text) or read_nbu(text)


def read_desk(text: str) -> Code | None:
    try:
        told = read_desk_code(content=text)
    except PaymentCodeRefused:
        return None
    zeros = len(told.reference) - len(told.reference.lstrip("0"))
    numbers = tuple(told.reference[left:] for left in range(zeros + 1))  # the code pads; a number may begin with zeros
    return Code(numbers=numbers, amount_minor=told.amount_minor)


def read_nbu(text: str) -> Code | None:
    """The account's number stands in the purpose, which is the enterprise's own wording."""
    link = NBU_LINK.fullmatch(text)
    if link is None:
        return None
    try:
        payload = link["payload"]
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except (binascii.Error, ValueError):
        return None
    lines = decoded(raw).replace("\r\n", "\n").split("\n")
    if len(lines) < NBU_LINES_MIN or lines[0] != "BCD":
        return None
    purpose = next((line for line in lines[9:12] if NUMBER.search(line)), "")
    amount = AMOUNT.fullmatch(lines[7])
    minor = Money(amount=Decimal(amount["amount"]), currency=amount["currency"]).to_minor() if amount else None
    return Code(numbers=tuple(dict.fromkeys(NUMBER.findall(purpose))), amount_minor=minor)


def decoded(raw: bytes) -> str:
    """The third line says in which encoding: 1 is UTF-8, 2 is windows-1251."""
    is_windows = raw.split(b"\n")[2:3] in ([b"2"], [b"2\r"])
    return raw.decode("cp1251" if is_windows else "utf-8", errors="replace")
