"""The chart of accounts of a legal entity, taken from its country pack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.ledger.models import LedgerAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartAccount:
    posting_code: str
    code: str
    names: Mapping[str, str]


def ensure_chart(*, legal_entity_id: UUID, accounts: Sequence[ChartAccount]) -> int:
    """Add the accounts that are missing; returns how many. What is there stays as it is, so repeating is safe."""
    assert_in_transaction()
    known = set(LedgerAccount.objects.filter(legal_entity_id=legal_entity_id).values_list("posting_code", flat=True))
    missing = [
        LedgerAccount(
            legal_entity_id=legal_entity_id, posting_code=row.posting_code, code=row.code, names=dict(row.names)
        )
        for row in accounts
        if row.posting_code not in known
    ]
    LedgerAccount.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
