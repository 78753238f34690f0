"""Printed chunks → files. A chunk waits in a folder of its batch until its file is bound, whole or not at all."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pikepdf
from django.conf import settings

from rachun.apps.base.files import keep_blocks, sync_folder

PDF, ZIP = "application/pdf", "application/zip"
BLOCK = 1 << 20
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes at any hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    sha256: str
    size_bytes: int
    page_count: int


def waiting_path(*, batch_id: UUID, number: int) -> Path:
    return Path(settings.FILES_DIR) / "printing" / str(batch_id) / f"{number:06d}"


def set_aside(*, batch_id: UUID, number: int, pieces: Sequence[tuple[str, bytes]], is_merged: bool) -> None:
    """Keep a printed chunk until its file is bound: one PDF, or its documents under their names.

    It is visible under its name only when it is whole, so a worker that dies here leaves nothing that looks done.
    """
    path = waiting_path(batch_id=batch_id, number=number)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{uuid4().hex}")
    if is_merged:
        join_pdfs(sources=[content for _, content in pieces], to=unfinished)
    else:
        write_zip(to=unfinished, members=iter(pieces))
    with unfinished.open("rb") as stream:
        os.fsync(stream.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def join_pdfs(*, sources: Sequence[bytes | Path], to: Path) -> int:
    """One PDF of all pages in order; the same bytes for the same sources. Returns how many pages it has."""
    with ExitStack() as opened:
        joined = opened.enter_context(pikepdf.new())
        for source in sources:
            part = opened.enter_context(pikepdf.open(BytesIO(source) if isinstance(source, bytes) else source))
            joined.pages.extend(part.pages)
        joined.save(to, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(joined.pages)


def write_zip(*, to: Path, members: Iterator[tuple[str, bytes]]) -> None:
    """PDFs are packed already, so they are only put together."""
    with ZipFile(to, "w", ZIP_STORED) as archive:
        for name, content in members:
            archive.writestr(ZipInfo(name, date_time=_ZIP_EPOCH), content)


def members_of(chunks: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for chunk in chunks:
        with ZipFile(chunk) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)


def bind(*, chunks: Sequence[Path], is_merged: bool) -> Bound:
    """Put the chunks of one file together and keep it in the store."""
    with TemporaryDirectory(dir=chunks[0].parent) as folder:
        whole = Path(folder) / "whole"
        if is_merged:
            pages = join_pdfs(sources=list(chunks), to=whole)
        else:
            write_zip(to=whole, members=members_of(chunks))
            pages = sum(pages_of(content) for _, content in members_of(chunks))
        return Bound(sha256=keep_blocks(blocks=blocks_of(whole)), size_bytes=whole.stat().st_size, page_count=pages)


def pages_of(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as pdf:
        return len(pdf.pages)


def blocks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield block


def clear_away(*, batch_id: UUID) -> None:
    """The waiting chunks of a batch whose files are all bound."""
    shutil.rmtree(waiting_path(batch_id=batch_id, number=0).parent, ignore_errors=True)
