"""Reading a request's body and its files."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from rachun.apps.base.errors import TooLarge
from rachun.apps.base.files import keep_blocks


def checked(serializer_class: Any, request: Request) -> dict[str, Any]:
    """The validated body. Raises ValidationError."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


def keep_upload(*, file: UploadedFile, limit: int | None = None) -> dict[str, str]:
    """Keep an uploaded file and say where, as params of the job that reads it: name and sha256. Raises TooLarge.

    limit: in bytes, where the reader of the file does not hold it whole. The file goes to the store block by block.
    """
    most = settings.FILE_UPLOAD_MAX_SIZE if limit is None else limit
    if (file.size or 0) > most:
        raise TooLarge(limit=most)
    return {"name": (file.name or "file")[-200:], "sha256": keep_blocks(blocks=file.chunks())}
