"""Photos of a dial: what they may be is told by their first bytes, not by their name. Nothing here unpacks one."""

from collections.abc import Iterator

from django.core.files.uploadedfile import UploadedFile

from rachun.apps.base.files import keep_file
from rachun.apps.selfservice.errors import PhotoRefused

PHOTO_SIZE_MAX = 8 * 1024 * 1024
SIDE_MAX = 12_000  # pixels: the largest camera of a phone, and what the browser of an operator still shows
HEAD_LENGTH = 12
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_SCAN = 0xDA


def keep_photo(*, photo: UploadedFile) -> tuple[str, str]:
    """Keep it and return its hash and media type. Raises PhotoRefused."""
    if not 0 < (photo.size or 0) <= PHOTO_SIZE_MAX:
        raise PhotoRefused(size=photo.size, limit=PHOTO_SIZE_MAX)
    content = photo.read()
    media_type = media_type_of(head=content[:HEAD_LENGTH])
    if media_type is None:
        raise PhotoRefused
    side = longest_side(content=content, media_type=media_type)
    if side > SIDE_MAX:
        raise PhotoRefused(side=side, limit=SIDE_MAX)
    return keep_file(content=content), media_type


def media_type_of(*, head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def longest_side(*, content: bytes, media_type: str) -> int:
    """In pixels, as the picture says of itself: a few bytes may unpack to gigabytes. 0: it says nothing."""
    if media_type == "image/png":
        return max(_big(content[16:20]), _big(content[20:24]))
    if media_type == "image/webp":
        return _side_of_webp(content)
    return max(_sides_of_jpeg(content), default=0)


def _sides_of_jpeg(content: bytes) -> Iterator[int]:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004 -- what every marker begins with
        marker, length = content[at + 1], _big(content[at + 2 : at + 4])
        if marker in JPEG_FRAMES:
            yield max(_big(content[at + 5 : at + 7]), _big(content[at + 7 : at + 9]))
        if marker == JPEG_SCAN:
            return
        at += 2 + max(length, 2)


def _side_of_webp(content: bytes) -> int:
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + max(_little(content[24:27]), _little(content[27:30]))
    if kind == b"VP8L":
        bits = _little(content[21:25])
        return 1 + max(bits & 0x3FFF, bits >> 14 & 0x3FFF)
    return max(_little(content[26:28]) & 0x3FFF, _little(content[28:30]) & 0x3FFF)


def _big(part: bytes) -> int:
    return int.from_bytes(part, "big")


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")
