"""A provider's price list becomes dated prices of a destination table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import Q

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.catalog.models import DestinationRate, DestinationTable
from rachun.apps.rating.errors import RatesAlreadyFuture
from rachun.formats.rate_decks import PrefixPrice
from rachun.formats.reading import RowError

FLAT = "flat"
DESTINATION_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTerms:
    """What a deck does not say: from when, in which steps, and the fee of a connection."""

    valid_from: date
    first_interval_s: int = 60
    increment_s: int = 60
    connection_fee: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckImported:
    added: int
    known: int
    errors: tuple[RowError, ...]


def import_rate_deck(
    *, table: DestinationTable, prices: Sequence[PrefixPrice], terms: RateTerms, imported_at: datetime, is_dry: bool
) -> DeckImported:
    """Replace the prices of the deck's prefixes from terms.valid_from on; other prefixes keep theirs.

    A price that holds already is known and stays. Raises RatesAlreadyFuture when a prefix has a price that starts
    later than the day: two decks would be woven into each other. Of two prices for one prefix the first stands, the
    other is an error of its row; a price of a time slot other than flat is an error, never taken for flat.
    """
    assert_in_transaction()
    wanted, errors = unique_prices(prices)
    current = rates_from(table=table, prefixes=list(wanted), day=terms.valid_from)
    new = [price for prefix, price in wanted.items() if not holds(current.get(prefix), price, terms)]
    if not is_dry:
        close_rates([current[price.prefix] for price in new if price.prefix in current], terms=terms, at=imported_at)
        DestinationRate.objects.bulk_create(
            [rate_of(table, price, terms, imported_at) for price in new], batch_size=5000
        )
        record(table, new, terms)
    return DeckImported(added=len(new), known=len(wanted) - len(new), errors=tuple(errors))


def unique_prices(prices: Iterable[PrefixPrice]) -> tuple[dict[str, PrefixPrice], list[RowError]]:
    found: dict[str, PrefixPrice] = {}
    errors = []
    for price in prices:
        if price.time_slot != FLAT:
            params: dict[str, int | str] = {"value": price.time_slot, "choices": FLAT}
            errors.append(RowError(row=price.deck_row, field="time_slot", code="unknown_choice", params=params))
            continue
        first = found.setdefault(price.prefix, price)
        if first is not price:
            params = {"prefix": price.prefix, "first": first.destination, "second": price.destination}
            errors.append(
                RowError(row=price.deck_row, field="destination", code="destination_prefix_taken", params=params)
            )
    return found, errors


def rates_from(*, table: DestinationTable, prefixes: list[str], day: date) -> dict[str, DestinationRate]:
    """Prefix → the price in force on the day. Raises RatesAlreadyFuture."""
    flat = {"band": "", "weight": 0}  # rates of a time band stay beside the deck's
    known = DestinationRate.objects.filter(table=table, prefix__in=prefixes, superseded_at__isnull=True, **flat)
    future = known.filter(valid_from__gt=day).order_by("prefix").first()
    if future is not None:
        raise RatesAlreadyFuture(prefix=future.prefix, valid_from=future.valid_from)
    in_force = known.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day)).select_for_update(no_key=True)
    return {rate.prefix: rate for rate in in_force}


def holds(rate: DestinationRate | None, price: PrefixPrice, terms: RateTerms) -> bool:
    return rate is not None and (
        rate.destination,
        rate.price_per_minute,
        rate.connection_fee,
        rate.first_interval_s,
        rate.increment_s,
        rate.valid_to,
    ) == (
        price.destination[:DESTINATION_MAX],
        price.price,
        terms.connection_fee,
        terms.first_interval_s,
        terms.increment_s,
        None,
    )


def close_rates(rates: Sequence[DestinationRate], *, terms: RateTerms, at: datetime) -> None:
    """Supersede the old facts; where they held before the day, a fact that ends on it takes their place."""
    ids: list[UUID] = [rate.id for rate in rates]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_destinationrate SET superseded_at = %s WHERE id = ANY(%s)", [at, ids])
    ended = [
        DestinationRate(
            table_id=rate.table_id,
            prefix=rate.prefix,
            destination=rate.destination,
            price_per_minute=rate.price_per_minute,
            connection_fee=rate.connection_fee,
            first_interval_s=rate.first_interval_s,
            increment_s=rate.increment_s,
            valid_from=rate.valid_from,
            valid_to=terms.valid_from,
            recorded_at=at,
        )
        for rate in rates
        if rate.valid_from < terms.valid_from
    ]
    DestinationRate.objects.bulk_create(ended, batch_size=5000)


def rate_of(table: DestinationTable, price: PrefixPrice, terms: RateTerms, at: datetime) -> DestinationRate:
    return DestinationRate(
        table=table,
        prefix=price.prefix,
        destination=price.destination[:DESTINATION_MAX],
        price_per_minute=price.price,
        connection_fee=terms.connection_fee,
        first_interval_s=terms.first_interval_s,
        increment_s=terms.increment_s,
        valid_from=terms.valid_from,
        recorded_at=at,
    )


def record(table: DestinationTable, new: Sequence[PrefixPrice], terms: RateTerms) -> None:
    rows = "\n".join(f"{price.prefix}|{price.price}" for price in new)
    record_audit(
        operation="importDestinationRates",
        object_kind="destination_table",
        object_id=table.id,
        legal_entity_id=table.legal_entity_id,
        after={"table": table.code, "added": len(new), "valid_from": terms.valid_from},
        digest=sha256(rows.encode()).hexdigest(),
    )
