"""Exact quantities and unit prices as scaled integers: micro units (10^6), unit prices e8 (10^8)."""

import re
from decimal import Decimal

MICRO = 10**6
E8 = 10**8
INT64_MAX = 2**63 - 1
QUANTITY_MAX = 10**18  # millionths, a million million units: keeps quantity × price × days inside 128 bits
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class InexactQuantity(ValueError):
    """The text is no plain decimal, has more decimals than the unit holds, or is too large for it."""


def parse_scaled(*, text: str, decimals: int) -> int:
    """A plain decimal string times 10^decimals. Raises InexactQuantity instead of losing a digit."""
    if not _DECIMAL.fullmatch(text):
        raise InexactQuantity(f"not a decimal: {text!r}")
    whole, _, fraction = text.partition(".")
    if len(fraction.rstrip("0")) > decimals:
        raise InexactQuantity(f"more than {decimals} decimals: {text}")
    value = int(whole + fraction[:decimals].ljust(decimals, "0"))
    if abs(value) > INT64_MAX:
        raise InexactQuantity(f"too large: {text}")
    return value


def parse_micro(*, text: str) -> int:
    return parse_scaled(text=text, decimals=6)


def parse_price_e8(*, text: str) -> int:
    return parse_scaled(text=text, decimals=8)


def format_scaled(*, value: int, decimals: int) -> str:
    """The shortest plain decimal string of value / 10^decimals."""
    text = f"{Decimal(value).scaleb(-decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_micro(*, value: int) -> str:
    return format_scaled(value=value, decimals=6)


def format_price_e8(*, value: int) -> str:
    return format_scaled(value=value, decimals=8)
