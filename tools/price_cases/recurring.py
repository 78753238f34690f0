"""Units that are held for a part of the period: weighed by time, and priced in the block that whole units reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from rachun.values.rounding import half_up

from tools.price_cases.desk import EXEMPT, POSTING, Subscriber, Units, bill_of, decimal

if TYPE_CHECKING:
    from tools.price_cases.models import Step

ZERO: Final = Decimal(0)
_FINER: Final = 6


def amount(*, steps: Sequence[Step], full: Sequence[Decimal], held: Sequence[Decimal]) -> Fraction:
    """Rounded to the currency, never below zero: units by the share that each event holds, flats by the most reached.

    The engine says how many whole units of each event lie in each block; they are charged in the event's share.
    """
    events = [(units, share) for units, share in zip(full, held, strict=True) if units and (share or units < 0)]
    reached, most = ZERO, ZERO
    delivered: list[tuple[str, Decimal]] = []
    before: dict[int, Decimal] = {}
    for units, share in events:
        reached += units
        most = max(most, reached)
        now = _in_blocks(steps, reached)
        for block in now.keys() | before.keys():
            part = now.get(block, ZERO) - before.get(block, ZERO)
            exact = Fraction(part) * Fraction(share) / Fraction(units)
            fine = Decimal(half_up(num=exact.numerator * 10 ** (2 * _FINER), den=exact.denominator))
            delivered.append((f"block{block}", fine.scaleb(-_FINER)))
        before = now
    if reached < 0:
        return Fraction()
    used = Fraction(max(0, _minor(_held_amount(steps, delivered))), 100)
    return used + Fraction(_minor(_flats(steps, most)), 100)


def _minor(exact: Fraction) -> int:
    return half_up(num=exact.numerator * 100, den=exact.denominator)


def _in_blocks(steps: Sequence[Step], quantity: Decimal) -> dict[int, Decimal]:
    """How much of a quantity lies in each block; what is below zero lies in the first."""
    if quantity <= 0:
        return {1: quantity}
    bounds = [step.upto for step in steps if step.upto is not None]
    units = Units.holding(quantities=[quantity, *bounds], prices=[])
    blocks = [{"price": "1"} | ({"upto": units.quantity_text(b)} if b is not None else {}) for b in _uptos(steps)]
    bill = bill_of(_one_register(blocks, quantity.scaleb(units.quantity)))
    rows = bill.charges.select("block_no", "quantity_micro").rows()
    return {block: Decimal(micro).scaleb(-6 - units.quantity) for block, micro in rows}


def _uptos(steps: Sequence[Step]) -> list[Decimal | None]:
    return [step.upto for step in steps]


def _one_register(blocks: list[dict[str, str]], quantity: Decimal) -> Subscriber:
    priced = [{"register": "USED", "flat_at_zero": True, "blocks": blocks}]
    component = {"code": "usage", "kind": "metered", "unit": "unit", "registers": priced, "tax_category": EXEMPT}
    return Subscriber(components=[component | POSTING], consumption={"USED": quantity})


def _held_amount(steps: Sequence[Step], delivered: Sequence[tuple[str, Decimal]]) -> Fraction:
    """The units held, each at the price of its block. Quantities come 10^6 times as large."""
    units = Units.holding(quantities=[], prices=[step.price for step in steps])
    items = [
        {"code": f"block{no}", "kind": "one_off", "item": f"block{no}", "unit": "unit"}
        | {"price": units.price_text(step.price), "tax_category": EXEMPT}
        | POSTING
        for no, step in enumerate(steps, start=1)
    ]
    bill = bill_of(Subscriber(components=items, deliveries=delivered))
    return units.given_back(bill.exact) / 10**_FINER


def _flats(steps: Sequence[Step], most: Decimal) -> Fraction:
    units = Units.holding(
        quantities=[most, *(step.upto for step in steps if step.upto is not None)], prices=[s.flat for s in steps]
    )
    blocks = [step.as_block(units) | {"price": "0"} for step in steps]
    return units.given_back(bill_of(_one_register(blocks, most.scaleb(units.quantity))).exact)


def time_weighted(params: Mapping[str, Any], usage: Any) -> Fraction:
    """Units held × the share of the period: each change counts from its instant to the end."""
    start, end = _instant(params["from"]), _instant(params["to"])
    period = (end - start).total_seconds()
    total = Fraction()
    for at, units in usage:
        left = (end - max(start, min(end, _instant(at)))).total_seconds()
        total += Fraction(decimal(units)) * Fraction(left) / Fraction(period)
    return total


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
