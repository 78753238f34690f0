"""A provider's price list by destination name, the dial prefixes of destinations, and their joining by name."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rachun.formats.columns import Column, Kind, TableSpec
from rachun.formats.reading import ReadResult, RowError, Total
from rachun.formats.source import Source
from rachun.formats.tables import read_table
from rachun.formats.typed_columns import type_columns

RATE_DECK = TableSpec(
    format="rate_deck",
    columns=(
        Column(
            name="destination",
            required=True,
            synonyms=("traffic_direction", "direction", "напрямок", "напрям", "odredište", "destinacija"),
            example="Poland, mobile",
            explained="name of the destination",
        ),
        Column(
            name="price",
            kind=Kind.DECIMAL,
            required=True,
            non_negative=True,
            synonyms=("rate", "ціна", "тариф", "cijena"),
            example="0.0415",
            explained="price of a minute without tax",
        ),
        Column(
            name="time_slot",
            synonyms=("timing", "slot", "період", "зона часу", "period"),
            max_length=40,
            example="flat",
            explained="when the price holds; flat when always",
        ),
    ),
)

DESTINATION_PREFIXES = TableSpec(
    format="destination_prefixes",
    ignore_unknown=True,
    columns=(
        Column(name="prefix", required=True, synonyms=("code", "префікс", "код", "prefiks"), example="4850"),
        Column(
            name="destination",
            required=True,
            synonyms=("destination_name", "locality_en", "carrier_en", "напрямок", "odredište"),
            example="Poland mobile",
        ),
        Column(name="local_name", synonyms=("locality_uk", "назва")),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckPrice:
    row: int
    destination: str
    price: Decimal
    time_slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationPrefix:
    row: int
    prefix: str
    destination: str
    local_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixPrice:
    deck_row: int
    prefix: str
    destination: str
    price: Decimal
    time_slot: str


def read_rate_deck(*, source: Source, zone: str = "UTC") -> ReadResult[DeckPrice]:
    typed = type_columns(table=read_table(source=source, spec=RATE_DECK), spec=RATE_DECK, zone=zone)
    errors, rows = list(typed.errors), []
    first_rows: dict[tuple[str, str], int] = {}
    for record in typed.frame.iter_rows(named=True):
        slot = record["time_slot"] or "flat"
        first = first_rows.setdefault((destination_name(text=record["destination"]), slot), record["row_no"])
        if first != record["row_no"]:
            params: dict[str, int | str] = {"what": "destination", "first_row": first}
            errors.append(RowError(row=record["row_no"], field="destination", code="duplicate", params=params))
            continue
        price = Decimal(record["price"])
        rows.append(DeckPrice(row=record["row_no"], destination=record["destination"], price=price, time_slot=slot))
    totals: dict[str, Total] = {
        "rows": len(rows),
        "price_sum": sum((row.price for row in rows), Decimal(0)),
        "free": sum(row.price == 0 for row in rows),
    }
    return ReadResult(rows=tuple(rows), errors=_by_row(errors), totals=totals, record_count=typed.record_count)


def read_destination_prefixes(*, source: Source, zone: str = "UTC") -> ReadResult[DestinationPrefix]:
    table = read_table(source=source, spec=DESTINATION_PREFIXES)
    typed = type_columns(table=table, spec=DESTINATION_PREFIXES, zone=zone)
    errors, rows = list(typed.errors), []
    first_rows: dict[str, int] = {}
    for record in typed.frame.iter_rows(named=True):
        row, prefix = record["row_no"], record["prefix"].removeprefix("+").removeprefix("00")
        first = first_rows.setdefault(prefix, row)
        if not re.fullmatch(r"[0-9]{1,15}", prefix):
            errors.append(RowError(row=row, field="prefix", code="not_a_prefix", params={"value": record["prefix"]}))
        elif first != row:
            params: dict[str, int | str] = {"what": "prefix", "first_row": first}
            errors.append(RowError(row=row, field="prefix", code="duplicate", params=params))
        else:
            rows.append(
                DestinationPrefix(
                    row=row, prefix=prefix, destination=record["destination"], local_name=record["local_name"]
                )
            )
    totals: dict[str, Total] = {
        "rows": len(rows),
        "destinations": len({destination_name(text=row.destination) for row in rows}),
    }
    return ReadResult(rows=tuple(rows), errors=_by_row(errors), totals=totals, record_count=typed.record_count)


def destination_name(*, text: str) -> str:
    """A name as compared: no accents, case or punctuation, words in their order ("Afghanistan, AWCC mobile")."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", letters))


def join_rate_deck(*, deck: Iterable[DeckPrice], prefixes: Iterable[DestinationPrefix]) -> ReadResult[PrefixPrice]:
    """Every prefix of each priced destination. A name without a prefix is an error of its row: never free, never lost.

    Names must be equal once normalised; a likeness is not enough to price a call.
    """
    by_name: dict[str, list[str]] = {}
    for entry in prefixes:
        by_name.setdefault(destination_name(text=entry.destination), []).append(entry.prefix)
    rows: list[PrefixPrice] = []
    errors: list[RowError] = []
    taken: dict[tuple[str, str], PrefixPrice] = {}
    count = 0
    for price in deck:
        count += 1
        found = by_name.get(destination_name(text=price.destination), [])
        if not found:
            params: dict[str, int | str] = {"name": price.destination}
            errors.append(RowError(row=price.row, field="destination", code="destination_unknown", params=params))
        for prefix in found:
            joined = PrefixPrice(
                deck_row=price.row,
                prefix=prefix,
                destination=price.destination,
                price=price.price,
                time_slot=price.time_slot,
            )
            first = taken.setdefault((prefix, price.time_slot), joined)
            if first is joined:
                rows.append(joined)
            elif first.price != price.price:
                told: dict[str, int | str] = {"prefix": prefix, "first": str(first.price), "second": str(price.price)}
                errors.append(RowError(row=price.row, field="price", code="destination_prefix_taken", params=told))
    unresolved = sum(error.code == "destination_unknown" for error in errors)
    totals: dict[str, Total] = {"prefixes": len(rows), "unresolved": unresolved, "deck_rows": count}
    return ReadResult(rows=tuple(rows), errors=tuple(errors), totals=totals, record_count=count)


def _by_row(errors: list[RowError]) -> tuple[RowError, ...]:
    return tuple(sorted(errors, key=lambda error: error.row))
