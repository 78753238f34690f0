"""Data fields of the classic Datecs protocol. Money is integer minor units on our side of this file."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

MINOR_DIGITS = 2
CLOCK_FORMAT = "%d-%m-%y %H:%M:%S"


class UnreadableField(ValueError):
    pass


def money(minor: int) -> str:
    """24950 → 249.50; the sign is the caller's."""
    if minor < 0:
        raise UnreadableField(f"{minor} is negative")
    return f"{minor // 100}.{minor % 100:02d}"


def minor_units(field: str) -> int:
    """Registers answer 249.50 and 0000024950 alike: the point tells."""
    text = field.strip()
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise UnreadableField(f"{field!r} is not an amount") from error
    scaled = value.scaleb(MINOR_DIGITS) if "." in text else value
    if scaled != scaled.to_integral_value():
        raise UnreadableField(f"{field!r} has more than {MINOR_DIGITS} decimals")
    return int(scaled)


def whole(field: str) -> int:
    text = field.strip()
    if not text.isdecimal():
        raise UnreadableField(f"{field!r} is not a number")
    return int(text)


def instant(field: str) -> datetime:
    """The register's clock: local, without a zone."""
    try:
        return datetime.strptime(field.strip(), CLOCK_FORMAT)  # noqa: DTZ007 -- the register knows no zone
    except ValueError as error:
        raise UnreadableField(f"{field!r} is not a date and time") from error


def printable(text: str, *, codepage: str) -> bytes:
    """Text as the register's codepage has it, `?` for what it lacks, no control characters."""
    cleaned = "".join(character if character.isprintable() else " " for character in text)
    return cleaned.encode(codepage, errors="replace")
