"""Reads a country's folder into a CountryPack. A datum without a source or with an unknown key is refused."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

import yaml

from rachun.countries.pack import (
    Account,
    Confidence,
    CountryPack,
    Evidence,
    HolidayRule,
    IdentifierKind,
    NumberingPlan,
    NumberSeries,
    PaymentTerm,
    RoundingRule,
    TaxRate,
)

COUNTRIES = ("UA", "BA", "NEUTRAL")
_BEGINNING = date(1900, 1, 1)
_PARTS = ("country", "taxes", "accounts", "calendar", "numbering", "identifiers")
_Row = Mapping[str, Any]
_T = TypeVar("_T")


class UnknownCountry(LookupError):
    """There is no pack for this country."""


class BadCountryData(ValueError):
    """A pack's file says something twice, misses something or has a key that nobody reads."""


@cache
def load_pack(code: str) -> CountryPack:
    """The pack of a country by its code; raises UnknownCountry, BadCountryData."""
    if code not in COUNTRIES:
        raise UnknownCountry(f"{code!r}: there are packs for {', '.join(COUNTRIES)}")
    data = {part: _read(code, part) for part in _PARTS}
    head, taxes, calendar = data["country"], data["taxes"], data["calendar"]
    pack = CountryPack(
        code=code,
        currency=head["currency"],
        languages=tuple(head["languages"]),
        time_zone=head["time_zone"],
        tax_categories=tuple(taxes["categories"]),
        tax_rates=tuple(_tax_rate(row) for row in taxes["rates"]),
        roundings=_roundings(taxes["rounding"]),
        accounts=_keyed([_account(row) for row in data["accounts"]["accounts"]], "posting_code"),
        number_series=_keyed([_series(row) for row in head["number_series"]], "document_kind"),
        holidays=tuple(_holiday(row) for row in calendar["holidays"]),
        payment_terms=_keyed([_term(row) for row in head["payment_terms"]], "customer_class"),
        numbering=_numbering(data["numbering"]),
        identifiers=_keyed([_identifier(row) for row in data["identifiers"]["identifiers"]], "code"),
    )
    _check_tax_rates(pack)
    return pack


def _read(code: str, part: str) -> dict[str, Any]:
    source = files("rachun.countries") / code.lower() / f"{part}.yaml"
    content = yaml.safe_load(source.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise BadCountryData(f"{code} {part}: not a mapping")
    return content


def _take(row: _Row, *keys: str) -> dict[str, Any]:
    unread = set(row) - set(keys) - {"source", "confidence"}
    if unread:
        raise BadCountryData(f"nobody reads {', '.join(sorted(unread))} in {dict(row)}")
    return {key: row.get(key) for key in keys}


def _evidence(row: _Row) -> Evidence:
    if not row.get("source") or not row.get("confidence"):
        raise BadCountryData(f"no source or confidence in {dict(row)}")
    return Evidence(source=row["source"], confidence=Confidence(row["confidence"]))


def _keyed(rows: Sequence[_T], key: str) -> Mapping[str, _T]:
    keyed = {getattr(row, key): row for row in rows}
    if len(keyed) != len(rows):
        raise BadCountryData(f"a {key} stands twice")
    return MappingProxyType(keyed)


def _names(row: _Row) -> Mapping[str, str]:
    names = row["names"]
    if set(names) != {"uk", "bs", "en"}:
        raise BadCountryData(f"names in uk, bs and en wanted: {names}")
    return MappingProxyType(dict(names))


def _tax_rate(row: _Row) -> TaxRate:
    taken = _take(row, "category", "percent", "valid_from", "valid_to")
    percent = taken["percent"]
    return TaxRate(
        category=taken["category"],
        percent=None if percent is None else Decimal(percent),
        valid_from=taken["valid_from"],
        valid_to=taken["valid_to"],
        evidence=_evidence(row),
    )


def _roundings(rows: Sequence[_Row]) -> tuple[RoundingRule, ...]:
    """The rules of bills in the order of their starts; the first one has none."""
    found = []
    for row in rows:
        taken = _take(row, "net", "tax", "valid_from")
        if taken["net"] not in {"LINE", "GROUP", "BILL"} or taken["tax"] not in {"LINE", "GROUP"}:
            raise BadCountryData(f"no such rounding: {dict(row)}")
        start = taken["valid_from"] or _BEGINNING
        found.append(RoundingRule(net=taken["net"], tax=taken["tax"], valid_from=start, evidence=_evidence(row)))
    starts = [rule.valid_from for rule in found]
    if not starts or starts[0] != _BEGINNING or sorted(set(starts)) != starts:
        raise BadCountryData(f"roundings are wanted from the beginning and in order: {starts}")
    return tuple(found)


def _account(row: _Row) -> Account:
    taken = _take(row, "posting_code", "account_code", "names")
    return Account(
        posting_code=taken["posting_code"],
        account_code=str(taken["account_code"]),
        names=_names(row),
        evidence=_evidence(row),
    )


def _series(row: _Row) -> NumberSeries:
    return NumberSeries(**_take(row, "document_kind", "pattern", "resets"), evidence=_evidence(row))


def _term(row: _Row) -> PaymentTerm:
    taken = _take(row, "customer_class", "days_after_document", "day_of_next_month")
    if (taken["days_after_document"] is None) == (taken["day_of_next_month"] is None):
        raise BadCountryData(f"one of days_after_document and day_of_next_month wanted: {dict(row)}")
    return PaymentTerm(**taken, evidence=_evidence(row))


def _holiday(row: _Row) -> HolidayRule:
    taken = _take(row, "code", "names", "month", "day", "easter", "easter_offset_days", "valid_from", "valid_to")
    if (taken["month"] is None) == (taken["easter"] is None):
        raise BadCountryData(f"a holiday is a day of the year or hangs on Easter: {dict(row)}")
    taken["names"] = _names(row)
    taken["easter_offset_days"] = taken["easter_offset_days"] or 0
    taken["valid_from"] = taken["valid_from"] or _BEGINNING
    return HolidayRule(**taken, evidence=_evidence(row))


def _numbering(row: _Row) -> NumberingPlan | None:
    if row["country_code"] is None:
        return None
    lists = ("national_lengths", "area_code_lengths", "mobile_prefixes", "short_codes")
    taken = _take(row, "country_code", "trunk_prefix", "international_prefix", *lists)
    return NumberingPlan(**(taken | {name: tuple(taken[name]) for name in lists}), evidence=_evidence(row))


def _identifier(row: _Row) -> IdentifierKind:
    taken = _take(row, "code", "names", "applies_to")
    return IdentifierKind(
        code=taken["code"], names=_names(row), applies_to=tuple(taken["applies_to"]), evidence=_evidence(row)
    )


def _check_tax_rates(pack: CountryPack) -> None:
    for rate in pack.tax_rates:
        if rate.category not in pack.tax_categories:
            raise BadCountryData(f"{pack.code}: rate of an unknown category {rate.category}")
        for other in pack.tax_rates:
            if other is rate or other.category != rate.category:
                continue
            if other.valid_from <= rate.valid_from and (other.valid_to is None or other.valid_to > rate.valid_from):
                raise BadCountryData(f"{pack.code}: two rates of {rate.category} on {rate.valid_from}")
