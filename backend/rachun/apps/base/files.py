"""The content-addressed store: a file's name is the SHA-256 of its bytes, so the same bytes are kept once."""

import os
from collections.abc import Iterable
from hashlib import file_digest, sha256
from pathlib import Path
from uuid import uuid4

import structlog
from django.conf import settings

from rachun.apps.base.errors import Unavailable

logger = structlog.get_logger(__name__)


class FileMissing(Exception):
    """The store has no file of this hash: the database and the store have parted."""


def file_path(*, digest: str) -> Path:
    return Path(settings.FILES_DIR) / digest[:2] / digest[2:4] / digest


def keep_file(*, content: bytes) -> str:
    """Store the bytes and return their hash."""
    return keep_blocks(blocks=[content])


def keep_blocks(*, blocks: Iterable[bytes]) -> str:
    """Store a file that comes block by block and return its hash; memory holds one block.

    A half-written file is never visible under its name. Raises Unavailable when the disk is full or cannot be written
    to: the same again works once that is mended.
    """
    try:
        return _kept(blocks)
    except ConnectionError:  # whoever sends the blocks went away; the store is well
        raise
    except OSError as error:
        logger.exception("file_store_not_writable")
        raise Unavailable(part="files") from error


def _kept(blocks: Iterable[bytes]) -> str:
    root = Path(settings.FILES_DIR)
    root.mkdir(parents=True, exist_ok=True)
    unfinished, counted = root / f".{uuid4().hex}", sha256()
    try:
        with unfinished.open("wb") as stream:
            for block in blocks:
                counted.update(block)
                stream.write(block)
            stream.flush()
            os.fsync(stream.fileno())
        digest = counted.hexdigest()
        path = file_path(digest=digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.replace(path)
            sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return digest


def sync_folder(folder: Path) -> None:
    """The new name itself must outlive a power cut, not only the bytes."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def checked_path(*, digest: str) -> Path:
    """Where a file too large for memory is kept. Raises FileMissing; also when the bytes no longer have their hash."""
    path = file_path(digest=digest)
    if not path.exists():
        raise FileMissing(digest)
    with path.open("rb") as stream:
        if file_digest(stream, "sha256").hexdigest() != digest:
            raise FileMissing(f"{digest} was altered")
    return path


def read_file(*, digest: str) -> bytes:
    """Raises FileMissing; also when the bytes no longer have their hash."""
    path = file_path(digest=digest)
    if not path.exists():
        raise FileMissing(digest)
    content = path.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise FileMissing(f"{digest} was altered")
    return content
