"""A list as a file: every row that its filters let through, in the columns that were asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rachun.formats.csv_out import write_csv, write_xlsx

CSV, XLSX = "CSV", "XLSX"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_MAX = 200_000


def write_list(
    *, form: str, columns: Sequence[str], titles: Mapping[str, str], rows: Iterable[Mapping[str, Any]]
) -> bytes:
    """columns: fields of a row; titles: what stands above them, else the name of the field."""
    header = [titles.get(name) or name for name in columns]
    cells = ([cell_of(row.get(name)) for name in columns] for row in rows)
    if form == CSV:
        return write_csv(header=header, rows=cells)
    return write_xlsx(sheets={"list": with_header(header, cells)})


def with_header(header: list[str], rows: Iterable[list[str]]) -> Iterator[list[str]]:
    yield header
    yield from rows


def cell_of(value: Any) -> str:
    """What one cell can show: parts of a list in a row, parts of an object by name."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {cell_of(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return " | ".join(cell_of(part) for part in value)
    return str(value)
