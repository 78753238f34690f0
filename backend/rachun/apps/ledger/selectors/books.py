"""The books as readers see them."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from rachun.apps.identity.scope import Scope
from rachun.apps.ledger.models import AccountingPeriod, Entry, LedgerAccount, OpenItem, Posting


def list_entries(*, scope: Scope) -> QuerySet[Entry]:
    """Entries of the legal entities the scope reaches as a whole, newest first."""
    return Entry.objects.filter(scope.on_entity_id()).order_by("-accounting_date", "-id")


def list_postings(*, entry_ids: Sequence[UUID]) -> QuerySet[Posting]:
    rows = Posting.objects.filter(entry_id__in=entry_ids).order_by("entry_id", "line_no")
    return rows.select_related("debit_account", "credit_account")


def list_source_postings(*, source_kind: str, source_id: UUID) -> QuerySet[Posting]:
    """What one bill, receipt or other document posted."""
    found = Entry.objects.filter(source_kind=source_kind, source_id=source_id).values_list("id", flat=True)
    return list_postings(entry_ids=list(found))


def list_open_items(*, scope: Scope) -> QuerySet[OpenItem]:
    """Items of accounts the scope may see, oldest due first."""
    return OpenItem.objects.filter(scope.on("account")).order_by("due_date", "id")


def list_ledger_accounts(*, scope: Scope) -> QuerySet[LedgerAccount]:
    return LedgerAccount.objects.filter(scope.on(has_branch=False)).order_by("legal_entity_id", "code", "posting_code")


def list_periods(*, scope: Scope) -> QuerySet[AccountingPeriod]:
    """Months that were ever closed; a month without a row is open."""
    return AccountingPeriod.objects.filter(scope.on(has_branch=False)).order_by("-month", "area", "legal_entity_id")
