"""Batches of the mass print, without printing."""

from datetime import UTC, datetime

from rachun.apps.base.files import keep_file
from rachun.apps.documents.models import PrintBatch, PrintFile
from rachun.apps.identity.models import Branch

ASKED_AT = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)


def make_print(*, branch: Branch) -> PrintBatch:
    return PrintBatch.objects.create(
        legal_entity_id=branch.legal_entity_id,
        branch=branch,
        kind="BILL",
        chosen={"delivery": "PAPER", "document_date_from": "2026-01-01", "document_date_before": "2026-02-01"},
        order=PrintBatch.Order.ROUTE,
        form=PrintBatch.Form.MERGED,
        is_split_by_branch=True,
        most_per_file=1000,
        most_bytes=5_000_000,
        document_count=1,
        job_id=branch.id,
        created_at=ASKED_AT,
    )


def make_print_file(*, branch: Branch) -> PrintFile:
    return PrintFile.objects.create(
        batch=make_print(branch=branch),
        number=1,
        branch=branch,
        name="bills-001.pdf",
        sha256=keep_file(content=b"%PDF-1.7 bills"),
        size_bytes=14,
        media_type="application/pdf",
        document_count=1,
        page_count=1,
        first_number="N-1",
        latest_number="N-1",
        printed_at=ASKED_AT,
    )
