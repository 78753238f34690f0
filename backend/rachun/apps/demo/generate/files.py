"""A file as an enterprise would send it, and the workbook writer whose bytes depend on the cells alone."""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

import xlsxwriter

SEED = 2026
MONTHS = (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
MADE_AT = datetime(2026, 7, 1, tzinfo=UTC)


class FileKind(StrEnum):
    CUSTOMERS = "CUSTOMERS"
    READINGS = "READINGS"
    CALLS = "CALLS"
    DELIVERIES = "DELIVERIES"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFile:
    """source: code of the usage source that sends it, empty for customers and readings."""

    name: str
    kind: FileKind
    content: bytes
    source: str = ""


def dice(*parts: object) -> random.Random:
    """The random numbers of one thing: they do not move when other things are added."""
    digest = sha256("/".join(map(str, (SEED, *parts))).encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 -- invented consumption, not a secret


def month_end(month: date) -> date:
    """The last day of the month."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def next_month(month: date) -> date:
    return month_end(month) + timedelta(days=1)


def workbook(*, sheet: str, rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of text cells; the time written into it is a stated one, so that the bytes are the same each time."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": MADE_AT.replace(tzinfo=None)})
        as_text = book.add_format({"num_format": "@"})
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for position, cell in enumerate(row):
                page.write_string(number, position, cell, as_text)
    return out.getvalue()
