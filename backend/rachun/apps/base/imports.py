"""What every import of a file shares: refusing it as a whole, and telling its errors to the reader."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Refused
from rachun.apps.base.jobs import JobContext, discover_handlers
from rachun.formats.messages import MESSAGES
from rachun.formats.reading import FileRefused

_row_texts: dict[str, str | Promise] = {}


class FileNotUnderstood(Refused):
    """The file as a whole was refused and nothing of it was taken; params: reason, row, about (what it is about)."""

    code = "file_not_understood"
    title = _("The file cannot be read, and nothing of it was taken.")


def row_texts(texts: Mapping[str, str | Promise]) -> None:
    """Tell what an app's own row codes mean; {names} are filled from the params. Called in the app's tasks module."""
    _row_texts.update(texts)


class KnownParams(dict[str, Any]):
    """A place without a value keeps its name, so an old row is still told after its text has changed."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def tell(*, code: str, params: Mapping[str, Any]) -> str:
    """The sentence for a row's code in the language of the moment; an unknown code is told as it is."""
    discover_handlers()
    if code in _row_texts:
        return str(_row_texts[code]).format_map(KnownParams(params))
    template = gettext(MESSAGES[code]) if code in MESSAGES else code
    return template.format_map(KnownParams(params))


@contextmanager
def refusing_files(*, context: JobContext | None = None) -> Iterator[None]:
    """Turn a reader's refusal into a problem that names the reason, the row and what the reader knows.

    With a context the refusal is also kept as an error of the job's rows, where people look for it.
    """
    try:
        yield
    except FileRefused as refusal:
        if context is not None:
            context.add_error(row_no=refusal.row or 0, field="file", code=refusal.code, params=refusal.params)
        raise FileNotUnderstood(
            detail=tell(code=refusal.code, params=refusal.params),
            reason=refusal.code,
            row=refusal.row,
            about=dict(refusal.params),
        ) from refusal
