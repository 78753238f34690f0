"""A list as a file: every row that its filters let through, in the columns that were asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rachun.formats.csv_out import write_csv, write_xlsx

CSV, XLSX = "CSV", "XLSX"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_MAX = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportColumn:
    """field: of a row, or of its parts ("terms.valid_from"). words: what is written for a code, where there is one."""

    field: str
    title: str
    words: Mapping[str, str]


def write_list(*, form: str, columns: Sequence[ExportColumn], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Above a column stands its title, else the name of the field."""
    header = [column.title or column.field for column in columns]
    cells = ([cell_of(part_of(row, column.field), words=column.words) for column in columns] for row in rows)
    if form == CSV:
        return write_csv(header=header, rows=cells)
    return write_xlsx(sheets={"list": with_header(header, cells)})


def with_header(header: list[str], rows: Iterable[list[str]]) -> Iterator[list[str]]:
    yield header
    yield from rows


def part_of(row: Mapping[str, Any], name: str) -> Any:
    """The value of a field; of a part in every element of a list."""
    outer, _, inner = name.partition(".")
    found = row.get(outer)
    if not inner or found is None:
        return found
    if isinstance(found, (list, tuple)):
        return [part_of(one, inner) for one in found]
    return part_of(found, inner)


def cell_of(value: Any, *, words: Mapping[str, str]) -> str:
    """What one cell can show: parts of a list in a row, parts of an object by name."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {cell_of(part, words=words)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return " | ".join(cell_of(part, words=words) for part in value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return words.get(text, text)
