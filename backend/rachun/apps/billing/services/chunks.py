"""The slices of a run: each calculated and issued in one transaction."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from rachun.apps.billing.models import BillRunChunk

CHUNK_SIZE = 5000


def split(*, run_id: UUID, account_ids: Sequence[UUID], size: int = CHUNK_SIZE) -> list[BillRunChunk]:
    """Chunks in the order of the accounts, which is the order of the bills' numbers."""
    return [
        BillRunChunk(run_id=run_id, number=number, account_ids=list(account_ids[start : start + size]))
        for number, start in enumerate(range(0, len(account_ids), size), start=1)
    ]


def accounts_of(chunks: Iterable[BillRunChunk]) -> int:
    return sum(len(chunk.account_ids) for chunk in chunks)
