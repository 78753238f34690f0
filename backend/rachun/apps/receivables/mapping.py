"""Balances of open items → what the engine allocates to."""

from collections.abc import Iterable
from datetime import date

from rachun.apps.ledger.models import OpenItem
from rachun.apps.ledger.selectors.balances import ItemBalance
from rachun.engine.receivables.allocation import OpenItemBalance

NEVER_DUE = date.max


def owed_items(items: Iterable[ItemBalance]) -> list[OpenItemBalance]:
    """The debts among them; what has no due date is settled last."""
    return [
        OpenItemBalance(item_id=item.id, due_date=item.due_date or NEVER_DUE, balance_minor=item.balance_minor)
        for item in items
        if item.debt_kind != OpenItem.DebtKind.ADVANCE and item.balance_minor > 0
    ]
