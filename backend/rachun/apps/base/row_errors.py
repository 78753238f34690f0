"""Errors of a file's rows kept together with the lines as they came, many in one statement."""

from collections.abc import Iterable

from rachun.apps.base.jobs import JobContext
from rachun.apps.base.models import JobRowError
from rachun.formats.reading import FileRefused, RowError
from rachun.formats.source import Source, StoredSource, read_text

RAW_MAX = 2000
ARCHIVE = b"PK"  # a workbook has no lines


def keep_row_errors(*, context: JobContext, errors: Iterable[RowError], source: Source | StoredSource) -> int:
    """Write the errors into the job with the raw line of each; returns how many. One told twice stays one."""
    told = list(errors)
    lines = lines_of(source) if any(not error.raw for error in told) else []
    JobRowError.objects.bulk_create(
        [
            JobRowError(
                job_id=context.job_id,
                row_no=error.row,
                field=error.field,
                code=error.code,
                params=dict(error.params),
                raw=(error.raw or line_at(lines, error.row)).replace("\0", "")[:RAW_MAX],
            )
            for error in told
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
    return len(told)


def line_at(lines: list[str], row: int) -> str:
    return lines[row - 1].rstrip("\r") if 0 < row <= len(lines) else ""


def lines_of(source: Source | StoredSource) -> list[str]:
    whole = source.read() if isinstance(source, StoredSource) else source
    if whole.data.startswith(ARCHIVE):
        return []
    try:
        return read_text(source=whole).text.split("\n")
    except FileRefused:  # its own reader knew better than the rules of texts, as for XML in UTF-16
        return []
