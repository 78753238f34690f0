"""Are the check digits of an identifier right? Only ever a warning: real registers hold numbers that fail them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from rachun.countries.ba import identifiers as ba
from rachun.countries.ua import identifiers as ua


class Standing(StrEnum):
    OK = "OK"
    WARN = "WARN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`code` is None when all is well, else says which warning to show."""

    standing: Standing
    code: str | None = None


class UnknownIdentifier(LookupError):
    """No country pack has an identifier of this kind."""


def _iban(value: str) -> str | None:
    try:
        IBAN(value)
    except SchwiftyException as error:
        return "iban_" + ("checksum" if "checksum" in type(error).__name__.lower() else "format")
    return None


CHECKS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "EDRPOU": ua.edrpou_warning,
        "RNOKPP": ua.rnokpp_warning,
        "IPN_VAT": ua.ipn_vat_warning,
        "JMBG": ba.jmbg_warning,
        "JIB": ba.jib_warning,
        "PDV": ba.pdv_warning,
        "ACCOUNT_16": ba.account_warning,
        "IBAN": _iban,
    }
)


def check_identifier(*, kind: str, value: str) -> Verdict:
    """A soft check; spaces are not counted. Raises UnknownIdentifier for a kind without a rule."""
    check = CHECKS.get(kind)
    if check is None:
        raise UnknownIdentifier(kind)
    code = check("".join(value.split()))
    return Verdict(standing=Standing.OK) if code is None else Verdict(standing=Standing.WARN, code=code)
