"""Errors of a file's rows kept together with the lines as they came, many in one statement."""

from collections.abc import Iterable

from rachun.apps.base.jobs import JobContext
from rachun.apps.base.models import JobRowError
from rachun.formats.reading import RowError
from rachun.formats.source import Source, read_text

RAW_MAX = 2000
ARCHIVE = b"PK"  # a workbook has no lines


def keep_row_errors(*, context: JobContext, errors: Iterable[RowError], source: Source) -> int:
    """Write the errors into the job with the raw line of each; returns how many. One told twice stays one."""
    told = list(errors)
    lines = lines_of(source) if told else []
    JobRowError.objects.bulk_create(
        [
            JobRowError(
                job_id=context.job_id,
                row_no=error.row,
                field=error.field,
                code=error.code,
                params=dict(error.params),
                raw=lines[error.row - 1].rstrip("\r")[:RAW_MAX] if 0 < error.row <= len(lines) else "",
            )
            for error in told
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
    return len(told)


def lines_of(source: Source) -> list[str]:
    return [] if source.data.startswith(ARCHIVE) else read_text(source=source).text.split("\n")
