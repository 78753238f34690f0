"""Which open items a payment settles: those the payer named, in the payer's order, then oldest due first."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID


class AllocationRefused(ValueError):
    """The payment or what it names cannot be allocated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItemBalance:
    """item_id orders items due on one day, so that the answer never depends on the order they were read in."""

    item_id: UUID | int | str
    due_date: date
    balance_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationPlan:
    """parts: (item_id, amount > 0) in the order of settling. parts + advance = the payment."""

    parts: tuple[tuple[UUID | int | str, int], ...]
    advance_minor: int


def allocate(
    *, amount_minor: int, items: Sequence[OpenItemBalance], named: Sequence[UUID | int | str] = ()
) -> AllocationPlan:
    """Settle items with the amount; what is left is an advance. Items without a debit balance are passed over.

    Raises AllocationRefused for an amount that is not positive, an item listed twice or a named item not among them.
    """
    if amount_minor <= 0:
        raise AllocationRefused(f"amount {amount_minor}")
    by_id: dict[Hashable, OpenItemBalance] = {item.item_id: item for item in items}
    if len(by_id) != len(items):
        raise AllocationRefused("an item is listed twice")
    if unknown := [item_id for item_id in named if item_id not in by_id]:
        raise AllocationRefused(f"not an open item: {unknown[0]}")
    wanted = {item_id: place for place, item_id in reversed(list(enumerate(named)))}
    ordered = sorted(items, key=lambda item: (wanted.get(item.item_id, len(named)), item.due_date, item.item_id))
    parts, left = [], amount_minor
    for item in ordered:
        settled = min(left, item.balance_minor)
        if settled > 0:
            parts.append((item.item_id, settled))
            left -= settled
    assert left + sum(part for _, part in parts) == amount_minor
    return AllocationPlan(parts=tuple(parts), advance_minor=left)
