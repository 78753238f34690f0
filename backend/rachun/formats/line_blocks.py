"""A file of lines, some megabytes at a time, cut between two lines: memory does not grow with the file."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from rachun.formats.reading import FileRefused
from rachun.formats.source import Source, StoredSource, known_encoding, marked_encoding, read_text
from rachun.formats.tables import MAX_LINE

BLOCK_BYTES = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBlock:
    """Whole lines as UTF-8. first_row: the number of the first of them in the file, from 1."""

    data: bytes
    first_row: int


def line_blocks(*, source: Source | StoredSource, encoding: str, block_bytes: int = BLOCK_BYTES) -> Iterator[LineBlock]:
    """Decode the file strictly, block by block. Raises FileRefused as read_text does, and when nothing is in it.

    encoding: one of a byte for each character, or UTF-8. A file that a byte order mark or its sender declares UTF-16
    is read whole.
    """
    wanted = known_encoding(stated=source.encoding or encoding)
    with source.path.open("rb") if isinstance(source, StoredSource) else io.BytesIO(source.data) as stream:
        mark, skipped = marked_encoding(data=stream.read(4))
        if (mark or wanted).startswith("utf-16"):
            whole = source.read() if isinstance(source, StoredSource) else source
            text = read_text(source=Source(name=whole.name, data=whole.data, encoding=wanted)).text
            yield LineBlock(data=text.encode(), first_row=1)
            return
        stream.seek(skipped if mark and wanted.startswith("utf-8") else 0)
        yield from _decoded(stream, encoding="utf-8" if wanted == "utf-8-sig" else wanted, block_bytes=block_bytes)


def _decoded(stream: BinaryIO, *, encoding: str, block_bytes: int) -> Iterator[LineBlock]:
    row, offset, is_empty = 1, stream.tell(), True
    for data in _cut(stream, block_bytes=block_bytes):
        text = _decode(data, encoding=encoding, row=row, offset=offset)
        is_empty = is_empty and not text.strip()
        block = LineBlock(data=data if encoding in {"utf-8", "ascii"} else text.encode(), first_row=row)
        yield block
        row, offset = row + data.count(b"\n"), offset + len(data)
    if is_empty:
        raise FileRefused(code="empty_file")


def _cut(stream: BinaryIO, *, block_bytes: int) -> Iterator[bytes]:
    """Blocks that end with a line; the last one as the file ends."""
    rest = b""
    while read := stream.read(block_bytes):
        cut = read.rfind(b"\n") + 1
        if cut:
            yield rest + read[:cut]
            rest = read[cut:]
        else:
            rest += read
            if len(rest) > max(block_bytes, MAX_LINE * 4):
                raise FileRefused(code="line_too_long", params={"limit": MAX_LINE})
    if rest:
        yield rest


def _decode(data: bytes, *, encoding: str, row: int, offset: int) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(
            code="undecodable",
            row=row + data.count(b"\n", 0, error.start),
            params={"byte": f"0x{data[error.start]:02X}", "offset": offset + error.start, "encoding": encoding},
        ) from error
    zero = text.find("\0")
    if zero >= 0:
        raise FileRefused(
            code="control_characters", row=row + text.count("\n", 0, zero), params={"offset": offset + zero}
        )
    return text
