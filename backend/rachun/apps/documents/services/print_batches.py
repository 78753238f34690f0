"""Batches of the mass print: begun, cut into chunks, bound into files. What is printed is known only above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.documents.locks import lock_batch
from rachun.apps.documents.models import PrintBatch, PrintChunk, PrintFile
from rachun.apps.documents.services.bindery import PDF, ZIP, bind, clear_away, waiting_path
from rachun.values.ids import uuid7

CHUNK_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintChoices:
    """How documents become files: at most so many in one, at most so many bytes."""

    order: str
    form: str
    is_split_by_branch: bool
    most_per_file: int
    most_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    subject_id: UUID
    branch_id: UUID


def hold_batch(batch_id: UUID) -> PrintBatch:
    """Whoever goes on with a batch, or settles its order, is alone with it."""
    return lock_batch(batch_id)


def cut_into_chunks(*, batch: PrintBatch, placed: Sequence[Placed]) -> list[PrintChunk]:
    """Settle the order for good: whatever changes afterwards, a batch that goes on prints what it would have."""
    assert_in_transaction()
    chunks: list[PrintChunk] = []
    in_file = 0
    for one in placed:
        branch_id = one.branch_id if batch.is_split_by_branch else batch.branch_id
        is_next_file = not chunks or chunks[-1].branch_id != branch_id or in_file == batch.most_per_file
        if is_next_file or len(chunks[-1].subject_ids) == CHUNK_SIZE:
            in_file = 0 if is_next_file else in_file
            number = len(chunks) + 1
            chunks.append(
                PrintChunk(batch=batch, number=number, branch_id=branch_id, starts_file=is_next_file, subject_ids=[])
            )
        chunks[-1].subject_ids.append(one.subject_id)
        in_file += 1
    return PrintChunk.objects.bulk_create(chunks)


def is_waiting(chunk: PrintChunk) -> bool:
    """Printed and set aside, not yet bound."""
    return waiting_path(batch_id=chunk.batch_id, number=chunk.number).exists()


def files_of(*, batch: PrintBatch, chunks: Sequence[PrintChunk]) -> list[list[PrintChunk]]:
    """Which chunks make a file. A chunk is never parted, so one that is larger than a file may be stands alone."""
    files: list[list[PrintChunk]] = []
    size = 0
    for chunk in chunks:
        own = waiting_path(batch_id=batch.id, number=chunk.number).stat().st_size
        if chunk.starts_file or size + own > batch.most_bytes:
            files.append([])
            size = 0
        files[-1].append(chunk)
        size += own
    return files


def bind_file(  # house: argument-count -- each is a fact of the file
    *, batch: PrintBatch, number: int, chunks: Sequence[PrintChunk], name: str, numbers: tuple[str, str], now: datetime
) -> None:
    """Bind, then tell of it in one row. A second time answers the first file."""
    if PrintFile.objects.filter(batch=batch, number=number).exists():
        return
    is_merged = batch.form == PrintBatch.Form.MERGED
    paths = [waiting_path(batch_id=batch.id, number=chunk.number) for chunk in chunks]
    bound = bind(chunks=paths, is_merged=is_merged)
    with transaction.atomic():
        row = PrintFile(
            id=uuid7(),
            batch=batch,
            number=number,
            branch_id=chunks[0].branch_id,
            name=f"{name}.{'pdf' if is_merged else 'zip'}",
            sha256=bound.sha256,
            size_bytes=bound.size_bytes,
            media_type=PDF if is_merged else ZIP,
            document_count=sum(len(chunk.subject_ids) for chunk in chunks),
            page_count=bound.page_count,
            first_number=numbers[0],
            latest_number=numbers[1],
            printed_at=now,
        )
        PrintFile.objects.bulk_create([row], ignore_conflicts=True)


def close_batch(*, batch: PrintBatch, now: datetime) -> dict[str, Any]:
    PrintBatch.objects.filter(id=batch.id, finished_at__isnull=True).update(finished_at=now)
    clear_away(batch_id=batch.id)
    files = list(PrintFile.objects.filter(batch=batch).order_by("number"))
    return {
        "files": len(files),
        "documents": sum(file.document_count for file in files),
        "pages": sum(file.page_count for file in files),
        "bytes": sum(file.size_bytes for file in files),
    }
