"""What columns a table has: their names in the trade's languages and the type of what stands in them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from rachun.formats.reading import FileRefused


class Kind(Enum):
    """How a cell is read. Result in the typed frame: String, except where said."""

    TEXT = auto()
    MICRO = auto()  # Int64, millionths; at most 6 decimal places
    DECIMAL = auto()  # String of a plain decimal, exact, for Decimal()
    INTEGER = auto()  # Int64
    DATE = auto()  # Date
    INSTANT = auto()  # Datetime[us, UTC]; local times are of the stated zone
    CHOICE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    synonyms: tuple[str, ...] = ()
    choices: Mapping[str, str] | None = None  # what may be written (upper case) → stored value
    max_length: int = 200
    non_negative: bool = False
    example: str = ""
    explained: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """columns: in the order of the template. ignore_unknown: further columns are someone else's business."""

    format: str
    columns: tuple[Column, ...]
    ignore_unknown: bool = False


def plain_name(*, text: str) -> str:
    """A header as compared: lower case, words parted by one underscore, apostrophes dropped."""
    return re.sub(r"[\W_]+", "_", re.sub(r"['’ʼ`]", "", text.strip().lower())).strip("_")


def match_header(*, header: Sequence[str], spec: TableSpec, row: int) -> dict[str, int]:
    """Column name → position. Raises FileRefused when a required column is missing, doubled, or one is unknown."""
    known = {plain_name(text=text): column for column in spec.columns for text in (column.name, *column.synonyms)}
    found: dict[str, int] = {}
    for position, title in enumerate(header):
        column = known.get(plain_name(text=title))
        if column is None:
            if spec.ignore_unknown or not title.strip():
                continue
            raise FileRefused(code="column_unknown", row=row, params={"column": title[:60]})
        if column.name in found:
            first = header[found[column.name]]
            params = {"column": column.name, "first": first[:60], "second": title[:60]}
            raise FileRefused(code="column_twice", row=row, params=params)
        found[column.name] = position
    _refuse_missing(spec.columns, found, header, row)
    return found


def _refuse_missing(columns: Iterable[Column], found: Mapping[str, int], header: Sequence[str], row: int) -> None:
    for column in columns:
        if column.required and column.name not in found:
            params = {"column": column.name, "header": ", ".join(header)[:200]}
            raise FileRefused(code="column_missing", row=row, params=params)
