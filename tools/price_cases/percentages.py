"""A percentage of amounts that pass: with a fee for each event, free events, a free amount, least and most per event.

Without bounds per event the free amount is a first block without a price, and every paid event a delivered service.
With bounds each event is a delivery of its own, whose price is the percent and whose least and most are the tariff's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any, Final

from tools.price_cases.desk import EXEMPT, POSTING, Subscriber, Units, bill_of, decimal

ZERO: Final = Decimal(0)


def amount(params: Mapping[str, Any], usage: Any) -> Fraction:
    """What the events cost."""
    told = usage if isinstance(usage, Mapping) else {"total": usage, "events": 1}
    if params.get("min_per_event") is not None or params.get("max_per_event") is not None:
        return _event_by_event(params, _events(told))
    total, events = _total(told)
    free_amount, free_events = _free(params, told, total=total, events=events)
    rate, fee = decimal(params["rate_percent"]) / 100, decimal(params.get("fixed_per_event") or 0)
    units = Units.holding(quantities=[total, free_amount], prices=[rate, fee])
    open_block = {"price": units.price_text(rate)}
    free_block = [{"upto": units.quantity_text(free_amount), "price": "0"}] if free_amount else []
    registers = [{"register": "*", "blocks": [*free_block, open_block]}]
    components: list[dict[str, Any]] = [
        {"code": "share", "kind": "metered", "unit": "UAH", "registers": registers},
        {"code": "event", "kind": "one_off", "item": "event", "unit": "pc", "price": units.flat_text(fee)},
    ]
    bill = bill_of(
        Subscriber(
            components=[component | POSTING | {"tax_category": EXEMPT} for component in components],
            consumption={"USED": total.scaleb(units.quantity)},
            deliveries=[("event", max(ZERO, events - free_events))] if total else [],
        )
    )
    return units.given_back(bill.exact)


def _event_by_event(params: Mapping[str, Any], events: Sequence[Decimal]) -> Fraction:
    rate, fee = decimal(params["rate_percent"]) / 100, decimal(params.get("fixed_per_event") or 0)
    told = (("minimum", params.get("min_per_event")), ("maximum", params.get("max_per_event")))
    limits = {name: decimal(limit) - fee for name, limit in told if limit is not None}
    paid = _paid(params, events)
    units = Units.holding(quantities=paid, prices=[rate, fee, *limits.values()])
    bounded = {name: units.flat_text(limit) for name, limit in limits.items()}
    components = [
        {"code": "share", "kind": "one_off", "item": "share", "unit": "UAH", "price": units.price_text(rate)} | bounded,
        {"code": "event", "kind": "one_off", "item": "event", "unit": "pc", "price": units.flat_text(fee)},
    ]
    delivered = [("share", event.scaleb(units.quantity)) for event in paid]
    bill = bill_of(
        Subscriber(
            components=[component | POSTING | {"tax_category": EXEMPT} for component in components],
            deliveries=[*delivered, ("event", Decimal(len(paid)))],
        )
    )
    return units.given_back(bill.exact)


def _paid(params: Mapping[str, Any], events: Sequence[Decimal]) -> list[Decimal]:
    """What remains of each event past the free events and the free amount, whichever ends first."""
    left_events, left_amount = int(params.get("free_events") or 0), decimal(params.get("free_amount") or 0)
    has_amount = left_amount > 0
    paid = []
    for event in events:
        if left_events > 0 or left_amount > 0:
            left_events -= 1
            if not has_amount:
                continue
            if left_amount > event:
                left_amount -= event
                continue
            paid.append(event - left_amount)
            left_amount, left_events = ZERO, 0
            continue
        paid.append(event)
    return paid


def _events(told: Mapping[str, Any]) -> list[Decimal]:
    if "event_amounts" in told:
        return [decimal(one) for one in told["event_amounts"]]
    if "running_totals" in told:
        totals = [decimal(one) for one in told["running_totals"]]
        if "total" in told and decimal(told.get("events", len(totals) + 1)) == len(totals) + 1:
            totals.append(decimal(told["total"]))
        return [now - before for before, now in zip([ZERO, *totals], totals, strict=False)]
    return [decimal(told["total"])]


def _total(told: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    amounts = [decimal(one) for one in told.get("event_amounts", ())]
    total = decimal(told["total"]) if "total" in told else sum(amounts, ZERO)
    return total, decimal(told.get("events", len(amounts)))


def _free(
    params: Mapping[str, Any], told: Mapping[str, Any], *, total: Decimal, events: Decimal
) -> tuple[Decimal, Decimal]:
    """The free amount and the number of free events: the first ones, while neither of the two limits is passed."""
    most_events, most_amount = int(params.get("free_events") or 0), decimal(params.get("free_amount") or 0)
    if not most_events and not most_amount:
        return ZERO, ZERO
    listed = told.get("running_totals")
    known = [decimal(one) for one in listed] if listed is not None else None
    if known is None and "event_amounts" in told:
        known = list(accumulate(decimal(one) for one in told["event_amounts"]))
    if known is None:
        return min(total, most_amount), min(events, Decimal(most_events))
    counts = [Decimal(most_events)] if most_events else []
    counts += [Decimal(sum(one < most_amount for one in known))] if most_amount else []
    reached = known[:most_events] if most_events else known
    free = reached[-1] if reached else ZERO
    return min(total, free, most_amount) if most_amount else min(total, free), min(events, *counts)
