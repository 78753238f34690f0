"""A table in a CSV or XLSX file → a frame of strings, one per known column, and `row_no`, its line in the file."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

from rachun.formats.archives import open_checked_archive
from rachun.formats.columns import TableSpec, match_header
from rachun.formats.reading import FileRefused, RowError
from rachun.formats.source import Source, read_text, refuse_oversize

MAX_ROWS = 2_000_000
MAX_SHEET_ROWS = 200_000
MAX_SHEET_COLUMNS = 256
MAX_SHEET_CELLS = 4_000_000
MAX_LINE = 100_000
_CHUNK_ROWS = 50_000
_TRUE_DIGITS_END = 10**15
_DELIMITERS = (";", "\t", "|", ",")
_TEXT_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_CELL_AT = re.compile(rb'\br="([A-Z]{0,4})(\d{1,10})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class StringTable:
    """frame: row_no Int64 and one String column per column of the spec (null where empty or absent)."""

    frame: pl.DataFrame
    errors: tuple[RowError, ...]
    record_count: int


Line = tuple[int, Sequence[str]]


def read_table(*, source: Source, spec: TableSpec) -> StringTable:
    """Read the first sheet of a workbook or a delimited text. Raises FileRefused when it is no such table."""
    refuse_oversize(source=source)
    lines = _sheet_lines(source.data) if source.data.startswith(b"PK") else _text_lines(source)
    header = next(((row, cells) for row, cells in lines if any(cell.strip() for cell in cells)), None)
    if header is None:
        raise FileRefused(code="header_missing")
    positions = match_header(header=[cell.strip() for cell in header[1]], spec=spec, row=header[0])
    return _collect(lines, spec=spec, positions=positions, width=len(header[1]))


def _collect(lines: Iterable[Line], *, spec: TableSpec, positions: dict[str, int], width: int) -> StringTable:
    schema = {"row_no": pl.Int64(), **{column.name: pl.String() for column in spec.columns}}
    order = [positions.get(column.name) for column in spec.columns]
    frames: list[pl.DataFrame] = []
    kept: list[tuple[int | str | None, ...]] = []
    errors: list[RowError] = []
    count = 0
    for row, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise FileRefused(code="too_many_rows", row=row, params={"limit": MAX_ROWS})
        if len(cells) != width:
            params: dict[str, int | str] = {"found": len(cells), "expected": width}
            errors.append(RowError(row=row, field="row", code="cell_count", params=params))
            continue
        kept.append((row, *(None if at is None else (cells[at].strip() or None) for at in order)))
        if len(kept) >= _CHUNK_ROWS:
            frames.append(pl.DataFrame(kept, schema=schema, orient="row"))
            kept = []
    frames.append(pl.DataFrame(kept, schema=schema, orient="row"))
    # What our own exports quoted against formulas (csv_out) comes back without its quote.
    unquoted = pl.concat(frames).with_columns(pl.col(pl.String).str.replace(r"^'([=+\-@'])", "$1"))
    return StringTable(frame=unquoted, errors=tuple(errors), record_count=count)


def _text_lines(source: Source) -> Iterator[Line]:
    text = read_text(source=source).text
    longest = max(len(line) for line in text_lines(text=text))
    if longest > MAX_LINE:
        raise FileRefused(code="line_too_long", params={"limit": MAX_LINE})
    return csv_lines(text=text, delimiter=_sniff_delimiter(text))


def csv_lines(*, text: str, delimiter: str) -> Iterator[Line]:
    """Rows of a quoted CSV with the line each begins on. Raises FileRefused on broken quoting."""
    return ((row, cells) for row, cells, _ in csv_records(text=text, delimiter=delimiter))


def csv_records(*, text: str, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """As csv_lines, with the record as it stands in the file."""
    taken: list[str] = []

    def feed() -> Iterator[str]:
        for line in text_lines(text=text):
            taken.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    while True:
        row = reader.line_num + 1
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(code="broken_quoting", row=row, params={"detail": str(error)[:80]}) from error
        yield row, cells, "".join(taken).rstrip("\r\n")


def text_lines(*, text: str) -> Iterator[str]:
    """Lines with their ends, one at a time: a large file never stands in memory a second time."""
    return (match.group() for match in _TEXT_LINE.finditer(text))


def _sniff_delimiter(text: str) -> str:
    """The delimiter that parts the header best; headers are names, so no decimal comma can mislead here."""
    header = re.sub(r'"[^"]*"', "", next(line for line in text.splitlines() if line.strip()))
    return max(_DELIMITERS, key=header.count)


def _sheet_lines(data: bytes) -> Iterator[Line]:
    _refuse_vast_sheets(data)
    rows = _load_sheet(data)
    width = max(map(len, rows), default=0)
    return (
        (number, [_cell_text(cell) for cell in row] + [""] * (width - len(row)))
        for number, row in enumerate(rows, start=1)
    )


def _load_sheet(data: bytes) -> list[list[object]]:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = workbook.get_sheet_by_index(0)
        return [list(row) for row in sheet.to_python(skip_empty_area=False)]
    except Exception as error:
        # The reader tells its many failures apart by type; for us each means the same: this is no readable workbook.
        raise FileRefused(code="not_a_workbook", params={"detail": str(error)[:80]}) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused(code="not_a_workbook", params={"detail": "damaged inside"}) from error


def _refuse_vast_sheets(data: bytes) -> None:
    """A single cell at XFD1048576 would make a dense grid of 17 thousand million: look at the addresses first."""
    archive = open_checked_archive(data=data)
    for entry in archive.infolist():
        if not entry.filename.startswith("xl/worksheets/") or not entry.filename.endswith(".xml"):
            continue
        last_row, last_column = 0, 0
        try:
            content = archive.read(entry)
        except Exception as error:  # zipfile raises a family of errors for damage; all mean the same
            raise FileRefused(code="broken_archive", params={"detail": str(error)[:80]}) from error
        for letters, digits in _CELL_AT.findall(content):
            last_row = max(last_row, int(digits))
            last_column = max(last_column, _column_number(letters))
        if last_row > MAX_SHEET_ROWS:
            raise FileRefused(code="too_many_rows", row=last_row, params={"limit": MAX_SHEET_ROWS})
        if last_column > MAX_SHEET_COLUMNS or last_row * last_column > MAX_SHEET_CELLS:
            raise FileRefused(code="too_many_cells", params={"limit": MAX_SHEET_CELLS})


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell_text(cell: object) -> str:
    """A cell as it would be typed. A workbook stores numbers in binary with 15 true digits; those digits are taken."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int | timedelta) else ""


def _number_text(cell: float) -> str:
    if abs(cell) >= _TRUE_DIGITS_END:
        return f"#DIGITS {cell:.0f}"
    text = format(cell, ".15g")
    if "e" in text:
        text = format(cell, ".15f").rstrip("0")
    return text.removesuffix(".0").removesuffix(".")
