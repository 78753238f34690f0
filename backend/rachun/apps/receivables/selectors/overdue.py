"""What should have been paid by now, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rachun.apps.ledger.selectors.balances import ItemBalance


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """since: the earliest day that has passed; None where nothing is overdue."""

    amount_minor: int
    since: date | None


def overdue_of(items: Sequence[ItemBalance], *, today: date) -> Overdue:
    """Of one account's items: what is past its day and not covered by money that the account has lying."""
    late = [item for item in items if item.due_date is not None and item.due_date < today]
    amount = max(0, min(sum(item.balance_minor for item in late), sum(item.balance_minor for item in items)))
    days = [item.due_date for item in late if item.due_date is not None and item.balance_minor > 0]
    return Overdue(amount_minor=amount, since=min(days, default=None) if amount else None)
