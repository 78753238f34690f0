"""Check digits of Bosnian identifiers. Each function returns a warning's code, or None when the number is in order."""

import re
from datetime import date

_WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_REGIONS_OF_BIH = range(10, 20)
_THOUSANDS_BEFORE_2000 = 800  # a year of three digits from here on belongs to the 1000s


def _is_digits(value: str, length: int) -> bool:
    return re.fullmatch(rf"[0-9]{{{length}}}", value) is not None


def _passes_modulo_11(value: str) -> bool:
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(value, _WEIGHTS, strict=False)) % 11
    return remainder % 11 == int(value[-1]) if remainder != 10 else False  # noqa: PLR2004 - ten is never issued


def jmbg_warning(value: str) -> str | None:
    if not _is_digits(value, 13):
        return "jmbg_format"
    year = int(value[4:7])
    try:
        date(year + (1000 if year >= _THOUSANDS_BEFORE_2000 else 2000), int(value[2:4]), int(value[:2]))
    except ValueError:
        return "jmbg_date"
    if not _passes_modulo_11(value):
        return "jmbg_checksum"
    return None if int(value[7:9]) in _REGIONS_OF_BIH else "jmbg_region"


def jib_warning(value: str) -> str | None:
    if not _is_digits(value, 13) or not value.startswith("4"):
        return "jib_format"
    return None if _passes_modulo_11(value) else "jib_checksum"


def pdv_warning(value: str) -> str | None:
    """The PDV number is the JIB without its leading 4."""
    if not _is_digits(value, 12):
        return "pdv_format"
    return None if _passes_modulo_11("4" + value) else "pdv_checksum"


def account_warning(value: str) -> str | None:
    if not _is_digits(value, 16):
        return "account_format"
    return None if int(value) % 97 == 1 else "account_checksum"
