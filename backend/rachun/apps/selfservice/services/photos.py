"""Photos of a dial: what they may be is told by their first bytes, not by their name."""

from django.core.files.uploadedfile import UploadedFile

from rachun.apps.base.files import keep_file
from rachun.apps.selfservice.errors import PhotoRefused

PHOTO_SIZE_MAX = 8 * 1024 * 1024
HEAD_LENGTH = 12


def keep_photo(*, photo: UploadedFile) -> tuple[str, str]:
    """Keep it and return its hash and media type. Raises PhotoRefused."""
    if not 0 < (photo.size or 0) <= PHOTO_SIZE_MAX:
        raise PhotoRefused(size=photo.size, limit=PHOTO_SIZE_MAX)
    content = photo.read()
    media_type = media_type_of(head=content[:HEAD_LENGTH])
    if media_type is None:
        raise PhotoRefused
    return keep_file(content=content), media_type


def media_type_of(*, head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None
