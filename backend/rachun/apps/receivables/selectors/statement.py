"""What happened on an account: opening balance, every entry, closing balance, all read through postings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

ENTRIES = """
SELECT m.account_id, e.accounting_date, e.source_kind, e.source_id, sum(m.amount)::bigint
FROM (
    SELECT i.account_id, p.entry_id, p.amount_minor AS amount FROM ledger_posting p
    JOIN ledger_openitem i ON i.id = p.debit_item_id WHERE i.account_id = ANY(%(accounts)s)
    UNION ALL
    SELECT i.account_id, p.entry_id, -p.amount_minor FROM ledger_posting p
    JOIN ledger_openitem i ON i.id = p.credit_item_id WHERE i.account_id = ANY(%(accounts)s)
) m
JOIN ledger_entry e ON e.id = m.entry_id
WHERE e.accounting_date < %(end)s
GROUP BY m.account_id, e.id
ORDER BY e.accounting_date, e.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One entry; amount_minor is positive where the account came to owe more."""

    accounting_date: date
    source_kind: str
    source_id: UUID
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    opening_minor: int
    lines: Sequence[StatementLine]
    closing_minor: int


def get_statement(*, account_id: UUID, start: date, end: date) -> Statement:
    """The accounting dates [start, end). Advances used inside the account change nothing and are left out."""
    return get_statements(starts={account_id: start}, end=end)[account_id]


def get_statements(*, starts: Mapping[UUID, date], end: date) -> dict[UUID, Statement]:
    """Of many accounts at once, each from a day of its own."""
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, {"accounts": list(starts), "end": end})
        rows = cursor.fetchall()
    entries: dict[UUID, list[tuple[date, str, UUID, int]]] = {account_id: [] for account_id in starts}
    for account_id, *entry in rows:
        entries[account_id].append(tuple(entry))
    return {account_id: statement_of(rows=entries[account_id], start=start) for account_id, start in starts.items()}


def statement_of(*, rows: Sequence[tuple[date, str, UUID, int]], start: date) -> Statement:
    balance = opening = sum(amount for day, _, _, amount in rows if day < start)
    lines = []
    for day, kind, source_id, amount in rows:
        if day < start or amount == 0:
            continue
        balance += amount
        lines.append(
            StatementLine(
                accounting_date=day, source_kind=kind, source_id=source_id, amount_minor=amount, balance_minor=balance
            )
        )
    return Statement(opening_minor=opening, lines=lines, closing_minor=balance)
