"""The order of pricing, and why that order.

1. Days first (`segments`): which version rules which served day. Everything after is arithmetic on those stretches.
2. Prices that stand alone: fixed, per_attribute, metered, traffic, one_off. They do not see each other.
3. Percentages, in component order, because they are taken of lines already rounded: what the customer sees adds up.
4. Tax after all lines, because a group of lines may be rounded together.
5. Totals and refusals last: an account with any refusal is parked whole, never billed in part.
"""

from rachun.engine.billing.snapshot import Priced, Snapshot

__all__ = ["Priced", "Snapshot", "price"]


def price(snapshot: Snapshot) -> Priced:
    """Charge every agreement of the snapshot for its period. Pure: equal snapshots give equal frames."""
    raise NotImplementedError
