"""One business event into the books: an entry and its paired postings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Refused
from rachun.apps.base.partitions import ensure_live_partition
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.ledger.models import Entry, LedgerAccount, Posting
from rachun.apps.ledger.services.refusals import database_refusals


class UnknownPostingCode(Refused):
    code = "unknown_posting_code"
    title = _("The chart of accounts has no account for this posting code.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingLine:
    """A pair by posting codes. `amount_minor` is positive; a reversal swaps the sides."""

    debit: str
    credit: str
    amount_minor: int
    currency: str
    debit_item_id: UUID | None = None
    credit_item_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySource:
    """What the entry records: its kind and id are together unique in the books."""

    kind: str
    id: UUID


def post_entry(
    *,
    legal_entity_id: UUID,
    area: str,
    accounting_date: date,
    source: EntrySource,
    lines: Sequence[PostingLine],
    recorded_at: datetime,
) -> Entry:
    """Write one entry into the live partition of its accounting month. Raises PeriodIsClosed, UnknownPostingCode."""
    assert_in_transaction()
    assert lines, "an entry without postings says nothing"
    accounts = posting_accounts(legal_entity_id=legal_entity_id)
    load_key = ensure_live_partition(parent="ledger_posting", on=accounting_date)
    with database_refusals():
        entry = Entry.objects.create(
            legal_entity_id=legal_entity_id,
            area=area,
            accounting_date=accounting_date,
            source_kind=source.kind,
            source_id=source.id,
            recorded_at=recorded_at,
        )
        Posting.objects.bulk_create(
            Posting(
                load_key=load_key,
                entry_id=entry.id,
                line_no=line_no,
                debit_account_id=account_for(accounts, posting_code=line.debit),
                credit_account_id=account_for(accounts, posting_code=line.credit),
                debit_item_id=line.debit_item_id,
                credit_item_id=line.credit_item_id,
                amount_minor=line.amount_minor,
                currency=line.currency,
            )
            for line_no, line in enumerate(lines, start=1)
        )
    return entry


def posting_accounts(*, legal_entity_id: UUID) -> dict[str, UUID]:
    """The chart as posting code → ledger account."""
    rows = LedgerAccount.objects.filter(legal_entity_id=legal_entity_id).values_list("posting_code", "id")
    return dict(rows)


def account_for(accounts: Mapping[str, UUID], *, posting_code: str) -> UUID:
    try:
        return accounts[posting_code]
    except KeyError:
        raise UnknownPostingCode(posting_code=posting_code) from None
