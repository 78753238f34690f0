"""An exact amount of one currency. At rest money is integer minor units; this is its form at the edges."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

_EXPONENTS = {"BAM": 2, "UAH": 2, "EUR": 2, "USD": 2, "PLN": 2, "GBP": 2, "CHF": 2, "RSD": 2, "HUF": 2, "JPY": 0}


class UnknownCurrency(LookupError):
    """No exponent is known for the code, so no amount of it can be counted."""


class CurrencyMismatch(ValueError):
    """Amounts of two currencies do not add."""


class InexactMoney(ValueError):
    """The amount has more decimals than the currency."""


def exponent_of(*, currency: str) -> int:
    """Decimals of the currency's minor unit (ISO 4217)."""
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    amount: Decimal
    currency: str

    @classmethod
    def from_minor(cls, *, minor: int, currency: str) -> Self:
        return cls(amount=Decimal(minor).scaleb(-exponent_of(currency=currency)), currency=currency)

    def to_minor(self) -> int:
        """Integer minor units. Raises InexactMoney rather than rounding."""
        scaled = self.amount.scaleb(exponent_of(currency=self.currency))
        if scaled != scaled.to_integral_value():
            raise InexactMoney(str(self))
        return int(scaled)

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __neg__(self) -> "Money":
        return Money(amount=-self.amount, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + -other

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"
