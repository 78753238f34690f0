"""The work of a mass print: settle the order, print chunk by chunk, bind the files. Killed anywhere it ends the same.

A printed chunk waits in a folder under its number, whole or not at all; a file exists when its row does. Both are made
of nothing but the settled order and issued bills, so a second attempt gives the same bytes.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from rachun.apps.base.jobs import JobContext
from rachun.apps.billing.models import Bill
from rachun.apps.billing.selectors.bill_document import list_bill_documents
from rachun.apps.billing.selectors.print_order import place_bills
from rachun.apps.billing.services.render_bill import BILL
from rachun.apps.billing.services.side_by_side import Turn, do_chunks
from rachun.apps.documents.models import PrintBatch, PrintChunk
from rachun.apps.documents.rendering.bill_data import BillDocument
from rachun.apps.documents.rendering.mass_print.press import BillPress
from rachun.apps.documents.rendering.render_bill import render_bill
from rachun.apps.documents.selectors import find_template
from rachun.apps.documents.services import (
    bind_file,
    close_batch,
    cut_into_chunks,
    files_of,
    hold_batch,
    is_waiting,
    set_aside,
)

SHEAF = 5  # bills laid out at once: they share their fonts, and a worker stays below 300 MiB
_own = threading.local()


class Press(Protocol):
    def print_bills(self, bills: Sequence[BillDocument]) -> bytes: ...


class TemplatePress:
    """Bills of an enterprise with a template of its own: by that template, one at a time."""

    def __init__(self, *, template: str) -> None:
        self._template = template

    def print_bills(self, bills: Sequence[BillDocument]) -> bytes:
        [bill] = bills
        return render_bill(data=bill, template=self._template).pdf


def print_bills(*, batch_id: UUID, job: JobContext, clock: Callable[[], datetime]) -> Mapping[str, Any]:
    """Print what is not printed yet and bind it."""
    batch = PrintBatch.objects.select_related("legal_entity").get(id=batch_id)
    chunks = settle_order(batch)
    if batch.finished_at is not None:
        return close_batch(batch=batch, now=clock())
    waiting = [chunk for chunk in chunks if not is_waiting(chunk)]
    total, left = (sum(len(chunk.subject_ids) for chunk in some) for some in (chunks, waiting))
    with transaction.atomic():
        job.progress(done=total - left, total=total)
    own = find_template(legal_entity_id=batch.legal_entity_id, kind=BILL)

    def work(chunk: PrintChunk, _turn: Turn) -> None:
        job.raise_if_cancelled()
        print_chunk(batch=batch, chunk=chunk, template=own.body if own is not None else None)
        with transaction.atomic():
            job.advance(by=len(chunk.subject_ids))

    do_chunks(chunks=waiting, work=work, job=job)
    for number, parts in enumerate(files_of(batch=batch, chunks=chunks), start=1):
        job.raise_if_cancelled()
        bind_file(
            batch=batch,
            number=number,
            chunks=parts,
            name=file_name(batch=batch, number=number, chunk=parts[0]),
            numbers=(number_of(parts[0].subject_ids[0]), number_of(parts[-1].subject_ids[-1])),
            now=clock(),
        )
        with transaction.atomic():
            job.progress(done=total)
    return close_batch(batch=batch, now=clock())


def settle_order(batch: PrintBatch) -> list[PrintChunk]:
    with transaction.atomic():
        hold_batch(batch.id)
        chunks = list(PrintChunk.objects.filter(batch=batch).select_related("branch").order_by("number"))
        if chunks:
            return chunks
        placed = place_bills(batch)
        PrintBatch.objects.filter(id=batch.id).update(document_count=len(placed))
        cut_into_chunks(batch=batch, placed=placed)
    return list(PrintChunk.objects.filter(batch=batch).select_related("branch").order_by("number"))


def print_chunk(*, batch: PrintBatch, chunk: PrintChunk, template: str | None) -> None:
    """Print the bills of a chunk in their holders' languages and set them aside."""
    is_merged = batch.form == PrintBatch.Form.MERGED
    step = SHEAF if is_merged and template is None else 1
    press = TemplatePress(template=template) if template is not None else own_press()
    sheets = list_bill_documents(bills_in_order(chunk.subject_ids))
    pieces = [
        (
            member_name(chunk=chunk, at=start, number=sheets[start].number),
            press.print_bills(sheets[start : start + step]),
        )
        for start in range(0, len(sheets), step)
    ]
    set_aside(batch_id=batch.id, number=chunk.number, pieces=pieces, is_merged=is_merged)


def own_press() -> BillPress:
    """A press for each thread, kept as long as the thread: it holds the fonts."""
    if not hasattr(_own, "press"):
        _own.press = BillPress()
    press: BillPress = _own.press
    return press


def bills_in_order(bill_ids: Sequence[UUID]) -> list[Bill]:
    found = Bill.objects.filter(id__in=bill_ids).select_related("account__party", "legal_entity")
    by_id = {bill.id: bill for bill in found}
    return [by_id[bill_id] for bill_id in bill_ids]


def number_of(bill_id: UUID) -> str:
    return Bill.objects.values_list("number", flat=True).get(id=bill_id)


def file_name(*, batch: PrintBatch, number: int, chunk: PrintChunk) -> str:
    """Sorts as it is printed, and says whose it is."""
    branch = f"-{chunk.branch.code}" if chunk.branch is not None else ""
    return f"bills-{batch.created_at:%Y-%m-%d}{branch}-{number:03d}"


def member_name(*, chunk: PrintChunk, at: int, number: str) -> str:
    """Of one bill in an archive: its place in the order comes first."""
    return f"{chunk.number:05d}-{at + 1:03d}-{number}.pdf".replace("/", "-")
