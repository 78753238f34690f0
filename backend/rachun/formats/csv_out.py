"""Tables for people's spreadsheets. A cell that a spreadsheet would run as a formula is written with ' before it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

Cell = str | int | Decimal | date | datetime | bool | None
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(*, header: Sequence[str], rows: Iterable[Sequence[Cell]], delimiter: str = ";") -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need to tell it from a code page; CRLF lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([safe_text(text=title) for title in header])
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(*, sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """A workbook of text cells, sheet name → rows: exact digits, leading zeros kept, and no cell that computes."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        as_text = workbook.add_format({"num_format": "@"})
        for name, rows in sheets.items():
            worksheet = workbook.add_worksheet(name[:31])
            for number, row in enumerate(rows):
                for position, cell in enumerate(row):
                    worksheet.write_string(number, position, _plain(cell), as_text)
    return out.getvalue()


def safe_text(*, text: str) -> str:
    """Quote text that a spreadsheet would run. `unquoted_text` gives it back unchanged."""
    return f"'{text}" if text.startswith((*_FORMULA_STARTS, "'")) else text


def unquoted_text(*, text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA_STARTS, "'")) else text


def _written(cell: Cell) -> str:
    """Numbers keep their minus sign: they are ours and cannot hold a formula."""
    return safe_text(text=cell) if isinstance(cell, str) else _plain(cell)


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
