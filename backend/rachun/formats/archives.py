"""Look into a ZIP (also XLSX) before anything unpacks it: no bombs, no unsafe names, no lies about size."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from rachun.formats.reading import FileRefused

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 1_000
_RATIO_FROM_BYTES = 1 << 20  # small entries may compress well without harm
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_CHUNK = 1 << 16
_NESTED = re.compile(r"\.(zip|xlsx|ods|gz|bz2|7z|rar|jar)$", re.IGNORECASE)
_UNIX_LINK, _UNIX_TYPE = 0o120000, 0o170000


def open_checked_archive(*, data: bytes) -> zipfile.ZipFile:
    """Open an archive whose every entry was unpacked once, in pieces and within the limits.

    Raises FileRefused for a bomb, an unsafe name, a link, overlapping or nested entries, or damage.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OverflowError, EOFError) as error:
        raise FileRefused(code="broken_archive", params={"detail": str(error)[:80]}) from error
    if len(entries) > MAX_ENTRIES:
        raise FileRefused(code="archive_entries", params={"limit": MAX_ENTRIES})
    total, taken_up_to = 0, 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        _refuse_unsafe(entry)
        start, end = _packed_span(data, entry, taken_up_to)
        taken_up_to = end
        unpacked = 0
        for piece in _unpack(data, entry, start, end):
            unpacked += piece
            total += piece
            if total > MAX_UNPACKED_BYTES:
                raise FileRefused(code="archive_too_large", params={"limit": MAX_UNPACKED_BYTES})
            if unpacked > _RATIO_FROM_BYTES and unpacked > MAX_RATIO * max(1, end - start):
                raise FileRefused(code="archive_ratio", params={"limit": MAX_RATIO})
        if unpacked != entry.file_size:
            raise FileRefused(code="broken_archive", params={"detail": "an entry is not as long as it says"})
    return archive


def _refuse_unsafe(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    is_link = (entry.external_attr >> 16) & _UNIX_TYPE == _UNIX_LINK
    if name.startswith("/") or ".." in name.split("/") or ":" in name or is_link:
        raise FileRefused(code="archive_name", params={"name": name[:80]})
    if _NESTED.search(name):
        raise FileRefused(code="archive_nested", params={"name": name[:80]})
    if entry.flag_bits & 0x1:
        raise FileRefused(code="archive_encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileRefused(code="broken_archive", params={"detail": "compression that is not deflate"})


def _packed_span(data: bytes, entry: zipfile.ZipInfo, taken_up_to: int) -> tuple[int, int]:
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise FileRefused(code="broken_archive", params={"detail": "an entry has no header"})
    *_, name_size, extra_size = _LOCAL_HEADER.unpack(header)
    start = entry.header_offset + _LOCAL_HEADER.size + name_size + extra_size
    end = start + entry.compress_size
    if entry.header_offset < taken_up_to:
        raise FileRefused(code="archive_overlap")
    if end > len(data):
        raise FileRefused(code="broken_archive", params={"detail": "an entry is cut off"})
    return start, end


def _unpack(data: bytes, entry: zipfile.ZipInfo, start: int, end: int) -> Iterator[int]:
    """Sizes of the pieces the entry really unpacks to, whatever its directory claims."""
    if entry.compress_type == zipfile.ZIP_STORED:
        yield end - start
        return
    inflater = zlib.decompressobj(-15)
    pending = data[start:end]
    try:
        while not inflater.eof:
            piece = inflater.decompress(pending, _CHUNK)
            pending = inflater.unconsumed_tail
            if not piece and not pending and not inflater.eof:
                raise FileRefused(code="broken_archive", params={"detail": "an entry ends too early"})
            yield len(piece)
    except zlib.error as error:
        raise FileRefused(code="broken_archive", params={"detail": str(error)[:80]}) from error
