"""Balances: always the sum of postings, never a kept figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import QuerySet

from rachun.apps.base.columns import listed
from rachun.apps.ledger.models import OpenItem

ITEM_BALANCES = """
SELECT i.id, i.account_id, i.bill_id, i.agreement_id, i.tax_category, i.debt_kind, i.currency, i.due_date,
       coalesce(sum(p.amount), 0)::bigint
FROM ledger_openitem i
LEFT JOIN (
    SELECT debit_item_id AS item_id, amount_minor AS amount FROM ledger_posting
    WHERE debit_item_id IN (SELECT id FROM ledger_openitem WHERE account_id = ANY(%(accounts)s))
    UNION ALL
    SELECT credit_item_id, -amount_minor FROM ledger_posting
    WHERE credit_item_id IN (SELECT id FROM ledger_openitem WHERE account_id = ANY(%(accounts)s))
) p ON p.item_id = i.id
WHERE i.account_id = ANY(%(accounts)s)
GROUP BY i.id
HAVING coalesce(sum(p.amount), 0) <> 0 OR %(with_settled)s
ORDER BY i.account_id, i.due_date NULLS LAST, i.id
"""
ACCOUNT_BALANCES = """
WITH items AS MATERIALIZED (
    SELECT id, account_id FROM ledger_openitem WHERE account_id = ANY(string_to_array(%s, ',')::uuid[]))
SELECT account_id::text, sum(amount)::bigint
FROM (
    SELECT i.account_id, p.amount_minor AS amount FROM items i JOIN ledger_posting p ON p.debit_item_id = i.id
    UNION ALL
    SELECT i.account_id, -p.amount_minor FROM items i JOIN ledger_posting p ON p.credit_item_id = i.id) moved
GROUP BY account_id HAVING sum(amount) <> 0
"""
TRIAL_BALANCE = """
SELECT a.posting_code, a.code, p.currency, sum(p.debit)::bigint, sum(p.credit)::bigint
FROM (
    SELECT entry_id, debit_account_id AS account_id, currency, amount_minor AS debit, 0 AS credit FROM ledger_posting
    UNION ALL
    SELECT entry_id, credit_account_id, currency, 0, amount_minor FROM ledger_posting
) p
JOIN ledger_entry e ON e.id = p.entry_id
JOIN ledger_ledgeraccount a ON a.id = p.account_id
WHERE e.legal_entity_id = %(entity)s AND e.accounting_date >= %(start)s AND e.accounting_date < %(end)s
GROUP BY a.posting_code, a.code, p.currency
ORDER BY a.code, a.posting_code, p.currency
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBalance:
    """What is left of one open item: positive is owed, negative is held for the account."""

    id: UUID
    account_id: UUID
    bill_id: UUID | None
    agreement_id: UUID | None
    tax_category: str
    debt_kind: str
    currency: str
    due_date: date | None
    balance_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalanceRow:
    posting_code: str
    code: str
    currency: str
    debit_minor: int
    credit_minor: int


def list_item_balances(*, account_ids: Sequence[UUID], with_settled: bool = False) -> list[ItemBalance]:
    """Open items of the accounts with what is left of each, oldest due date first; one query for any number."""
    with connection.cursor() as cursor:
        cursor.execute(ITEM_BALANCES, {"accounts": list(account_ids), "with_settled": with_settled})
        names = ItemBalance.__slots__
        return [ItemBalance(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def list_advance_accounts() -> QuerySet[OpenItem, UUID]:
    """Ids of the accounts that ever held an advance; most never do."""
    advances = OpenItem.objects.filter(debt_kind=OpenItem.DebtKind.ADVANCE)
    return advances.order_by().values_list("account_id", flat=True)


def with_balances(*, items: Sequence[OpenItem]) -> list[ItemBalance]:
    """The same items with what is left of each, in the same order; one query for any number."""
    accounts = sorted({item.account_id for item in items})
    known = {one.id: one for one in list_item_balances(account_ids=accounts, with_settled=True)}
    return [known[item.id] for item in items]


def get_account_balances(*, account_ids: pl.Series) -> pl.DataFrame:
    """account_id (text), balance_minor: of the accounts that owe or hold something. account_ids: as texts."""
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNT_BALANCES, [listed(account_ids)])
        return pl.DataFrame(
            cursor.fetchall(), schema={"account_id": pl.String, "balance_minor": pl.Int64}, orient="row"
        )


def list_account_balances(*, account_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What each account owes in minor units; negative is credit. Accounts at zero are present."""
    balances = dict.fromkeys(account_ids, 0)
    for item in list_item_balances(account_ids=account_ids):
        balances[item.account_id] += item.balance_minor
    return balances


def get_trial_balance(*, legal_entity_id: UUID, start: date, end: date) -> list[TrialBalanceRow]:
    """Turnover of every ledger account over the accounting dates [start, end)."""
    with connection.cursor() as cursor:
        cursor.execute(TRIAL_BALANCE, {"entity": legal_entity_id, "start": start, "end": end})
        names = TrialBalanceRow.__slots__
        return [TrialBalanceRow(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
