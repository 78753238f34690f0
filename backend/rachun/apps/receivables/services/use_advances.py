"""Money held for an account pays what it owes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rachun.apps.base.partitions import ensure_live_partition
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.customers.models import Account
from rachun.apps.ledger.models import AccountingPeriod, Entry, OpenItem, Posting
from rachun.apps.ledger.selectors.balances import ItemBalance, list_item_balances
from rachun.apps.ledger.services.lock_money import lock_account_money
from rachun.apps.ledger.services.post_entry import account_for, posting_accounts
from rachun.apps.ledger.services.refusals import database_refusals
from rachun.apps.receivables.mapping import owed_items
from rachun.apps.receivables.models import Allocation
from rachun.engine.receivables.allocation import AllocationPlan, allocate
from rachun.values.ids import uuid7

ADVANCE_USE = "ADVANCE_USE"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceUse:
    entry_id: UUID
    bill_id: UUID
    advance: ItemBalance
    plan: AllocationPlan


def use_advances(*, bill_by_account: Mapping[UUID, UUID], accounting_date: date, recorded_at: datetime) -> int:
    """Settle open items of the accounts from their advances, oldest due first; returns how many accounts it touched.

    bill_by_account: the bill whose issue occasions it; the entry's source.

    Building block. What is used up is used up: repeating it changes nothing. Raises PeriodIsClosed.
    """
    assert_in_transaction()
    if not bill_by_account:
        return 0
    account_ids = list(bill_by_account)
    lock_account_money(account_ids=account_ids)
    uses = planned_uses(list_item_balances(account_ids=account_ids), bill_by_account=bill_by_account)
    if uses:
        post_uses(uses=uses, accounting_date=accounting_date, recorded_at=recorded_at)
    return len(uses)


def planned_uses(items: Sequence[ItemBalance], *, bill_by_account: Mapping[UUID, UUID]) -> list[AdvanceUse]:
    by_account: dict[UUID, list[ItemBalance]] = defaultdict(list)
    for item in items:
        by_account[item.account_id].append(item)
    uses = []
    for owned in by_account.values():
        advance = next(
            (one for one in owned if one.debt_kind == OpenItem.DebtKind.ADVANCE and one.balance_minor < 0), None
        )
        owed = owed_items(owned)
        if advance is None or not owed:
            continue
        plan = allocate(amount_minor=-advance.balance_minor, items=owed)
        uses.append(
            AdvanceUse(entry_id=uuid7(), bill_id=bill_by_account[advance.account_id], advance=advance, plan=plan)
        )
    return uses


def post_uses(*, uses: Sequence[AdvanceUse], accounting_date: date, recorded_at: datetime) -> None:
    entity_of = dict(
        Account.objects.filter(id__in=[use.advance.account_id for use in uses]).values_list("id", "legal_entity_id")
    )
    charts = {entity: posting_accounts(legal_entity_id=entity) for entity in sorted(set(entity_of.values()))}
    load_key = ensure_live_partition(parent="ledger_posting", on=accounting_date)
    entries, postings, allocations = [], [], []
    for use in uses:
        entity = entity_of[use.advance.account_id]
        entries.append(
            Entry(
                id=use.entry_id,
                legal_entity_id=entity,
                area=AccountingPeriod.Area.SALES,
                accounting_date=accounting_date,
                source_kind=ADVANCE_USE,
                source_id=use.bill_id,
                recorded_at=recorded_at,
            )
        )
        for line_no, (item_id, amount) in enumerate(use.plan.parts, start=1):
            postings.append(
                Posting(
                    load_key=load_key,
                    entry_id=use.entry_id,
                    line_no=line_no,
                    debit_account_id=account_for(charts[entity], posting_code="ADVANCE"),
                    credit_account_id=account_for(charts[entity], posting_code="RECEIVABLE"),
                    debit_item_id=use.advance.id,
                    credit_item_id=UUID(str(item_id)),
                    amount_minor=amount,
                    currency=use.advance.currency,
                )
            )
            allocations.append(
                Allocation(
                    advance_item_id=use.advance.id,
                    open_item_id=UUID(str(item_id)),
                    entry_id=use.entry_id,
                    amount_minor=amount,
                    value_date=accounting_date,
                    recorded_at=recorded_at,
                )
            )
    with database_refusals():
        Entry.objects.bulk_create(entries)
        Posting.objects.bulk_create(postings)
        Allocation.objects.bulk_create(allocations)
