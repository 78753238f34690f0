"""Where an account's money goes: open items oldest due first, the rest becomes its advance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.ledger.models import OpenItem
from rachun.apps.ledger.selectors.balances import list_item_balances
from rachun.apps.receivables.mapping import owed_items
from rachun.apps.receivables.models import Allocation
from rachun.engine.accounting.bill import ADVANCE, RECEIVABLE
from rachun.engine.receivables.allocation import allocate


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    account_id: UUID
    legal_entity_id: UUID
    amount_minor: int
    currency: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatedPart:
    """item_id is a debt (RECEIVABLE) or the account's advance item (ADVANCE)."""

    item_id: UUID
    posting_code: str
    amount_minor: int


def allocate_money(*, money: Money) -> list[AllocatedPart]:
    """Building block: the caller holds the account's money lock and posts the parts, which sum to the amount."""
    assert_in_transaction()
    owed = owed_items(list_item_balances(account_ids=[money.account_id]))
    plan = allocate(amount_minor=money.amount_minor, items=owed)
    parts = [
        AllocatedPart(item_id=UUID(str(item_id)), posting_code=RECEIVABLE, amount_minor=amount)
        for item_id, amount in plan.parts
    ]
    if plan.advance_minor:
        item_id = advance_item(money=money)
        parts.append(AllocatedPart(item_id=item_id, posting_code=ADVANCE, amount_minor=plan.advance_minor))
    return parts


def advance_item(*, money: Money) -> UUID:
    """The account's one advance item, made with its first advance."""
    item, _is_new = OpenItem.objects.get_or_create(
        account_id=money.account_id,
        debt_kind=OpenItem.DebtKind.ADVANCE,
        defaults={
            "legal_entity_id": money.legal_entity_id,
            "currency": money.currency,
            "recorded_at": money.recorded_at,
        },
    )
    return item.id


def keep_allocations(
    *, parts: Sequence[AllocatedPart], receipt_id: UUID, entry_id: UUID, value_date: date, recorded_at: datetime
) -> None:
    """Write down which debts the receipt settled; what became an advance settles nothing yet."""
    Allocation.objects.bulk_create(
        Allocation(
            receipt_id=receipt_id,
            open_item_id=part.item_id,
            entry_id=entry_id,
            amount_minor=part.amount_minor,
            value_date=value_date,
            recorded_at=recorded_at,
        )
        for part in parts
        if part.posting_code == RECEIVABLE
    )
