"""What the system knows about a country: dated data, each datum with its source and how sure we are of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal


class Confidence(StrEnum):
    VERIFIED = "VERIFIED"  # read in the named source
    GENERAL = "GENERAL"  # general knowledge, no source read
    CONFIGURABLE = "CONFIGURABLE"  # an assumption: the operator sets it, this is the default


class NoTaxRate(LookupError):
    """The country has no rate of this category on this date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """`percent` is None where no tax is charged and none is shown (exempt, outside of tax)."""

    category: str
    percent: Decimal | None
    valid_from: date
    valid_to: date | None
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingRule:
    """What a bill rounds once: net per LINE, tax GROUP or BILL, tax per LINE or GROUP. The latest begun rules."""

    net: Literal["LINE", "GROUP", "BILL"]
    tax: Literal["LINE", "GROUP"]
    valid_from: date
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    posting_code: str
    account_code: str
    names: Mapping[str, str]  # language → name
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSeries:
    """`{branch}`, `{year}`, `{month}` and `{number:06}` in the pattern."""

    document_kind: str
    pattern: str
    resets: str  # YEAR, MONTH or NEVER
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRule:
    """A fixed day of the year, or so many days from an Easter (`easter` ORTHODOX or WESTERN)."""

    code: str
    names: Mapping[str, str]
    month: int | None
    day: int | None
    easter: str | None
    easter_offset_days: int
    valid_from: date
    valid_to: date | None
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerm:
    customer_class: str
    days_after_document: int | None
    day_of_next_month: int | None
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberingPlan:
    """How a dialled number becomes +country code and national number."""

    country_code: str
    trunk_prefix: str
    international_prefix: str
    national_lengths: tuple[int, ...]
    area_code_lengths: tuple[int, ...]
    mobile_prefixes: tuple[str, ...]
    short_codes: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierKind:
    code: str
    names: Mapping[str, str]
    applies_to: tuple[str, ...]  # INDIVIDUAL, LEGAL_ENTITY, BANK_ACCOUNT
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryPack:
    code: str  # ISO 3166 alpha-2 in capitals, or NEUTRAL
    currency: str | None
    languages: tuple[str, ...]
    time_zone: str
    tax_categories: tuple[str, ...]
    tax_rates: tuple[TaxRate, ...]
    roundings: tuple[RoundingRule, ...]
    accounts: Mapping[str, Account]
    number_series: Mapping[str, NumberSeries]
    holidays: tuple[HolidayRule, ...]
    payment_terms: Mapping[str, PaymentTerm]
    numbering: NumberingPlan | None
    identifiers: Mapping[str, IdentifierKind]

    def tax_rate(self, *, category: str, on: date) -> TaxRate:
        """Raises NoTaxRate; a missing rate is never taken for zero."""
        for rate in self.tax_rates:
            if rate.category == category and rate.valid_from <= on and (rate.valid_to is None or on < rate.valid_to):
                return rate
        raise NoTaxRate(f"{self.code}: no rate of {category} on {on}")
