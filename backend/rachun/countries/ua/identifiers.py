"""Check digits of Ukrainian identifiers. Each function returns a warning's code, or None when the number is in order.

Branch numbers of nine digits are not checked: the published weights fit only one in eight of them.
"""

import re
from collections.abc import Sequence

_EDRPOU_INNER = range(30_000_000, 60_000_001)
_RNOKPP_WEIGHTS = (-1, 5, 7, 9, 4, 6, 10, 5, 7)
_IPN_WEIGHTS = (11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_IPN_SECOND_WEIGHTS = (13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)
_NO_REMAINDER = 10


def _is_digits(value: str, length: int) -> bool:
    return re.fullmatch(rf"[0-9]{{{length}}}", value) is not None


def _weighted(value: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(value, weights, strict=False)) % 11


def edrpou_warning(value: str) -> str | None:
    if not _is_digits(value, 8):
        return "edrpou_format"
    weights = (7, 1, 2, 3, 4, 5, 6) if int(value) in _EDRPOU_INNER else (1, 2, 3, 4, 5, 6, 7)
    check = _weighted(value, weights)
    if check == _NO_REMAINDER:
        check = _weighted(value, [weight + 2 for weight in weights]) % 10
    return None if check == int(value[-1]) else "edrpou_checksum"


def rnokpp_warning(value: str) -> str | None:
    if not _is_digits(value, 10):
        return "rnokpp_format"
    return None if _weighted(value, _RNOKPP_WEIGHTS) % 10 == int(value[-1]) else "rnokpp_checksum"


def ipn_vat_warning(value: str) -> str | None:
    if not _is_digits(value, 12):
        return "ipn_vat_format"
    check = _weighted(value, _IPN_WEIGHTS)
    if check == _NO_REMAINDER:
        check = _weighted(value, _IPN_SECOND_WEIGHTS) % 10
    return None if check == int(value[-1]) else "ipn_vat_checksum"
