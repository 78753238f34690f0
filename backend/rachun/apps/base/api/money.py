"""Money on the wire: a decimal string, with its currency beside it."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rachun.values.money import exponent_of


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "12.34"})
class AmountField(serializers.Field[Any, Any, Any, Any]):
    """Minor units of the object as a decimal string. The object, or its `currency_at`, has the currency."""

    def __init__(self, *, minor: str, currency: str = "currency", **options: Any) -> None:
        self.minor, self.currency = minor, currency
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, value: Any) -> str | None:
        minor = read(value, self.minor)
        return None if minor is None else amount_text(minor=minor, currency=read(value, self.currency))


def read(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    return value


def amount_text(*, minor: int, currency: str) -> str:
    """12.34; exact, with the decimals of the currency."""
    return f"{Decimal(minor).scaleb(-exponent_of(currency=currency)):f}"
