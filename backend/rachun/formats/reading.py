"""What reading a file gives back: typed rows, what was wrong with the others, and totals to check it by."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal
from typing import Generic, TypeVar

from rachun.formats.messages import message_in_english

Row = TypeVar("Row")
Total = int | Decimal | str
Param = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One thing wrong with one row. `code` is stable; its text in the reader's language is made by whoever shows it.

    row: line of the file, counted from 1 as an editor counts; for a file without lines, the number of the element.
    raw: the line as it came, where the reader has it at hand.
    """

    row: int
    field: str
    code: str
    params: Mapping[str, Param] = dataclass_field(default_factory=dict)
    raw: str = dataclass_field(default="", compare=False)

    @property
    def message_en(self) -> str:
        return message_in_english(code=self.code, params=self.params)


class FileRefused(Exception):
    """The file as a whole cannot be read: nothing of it may be imported."""

    def __init__(self, *, code: str, row: int | None = None, params: Mapping[str, Param] | None = None) -> None:
        self.code, self.row, self.params = code, row, dict(params or {})
        super().__init__(code, row, self.params)

    @property
    def message_en(self) -> str:
        return message_in_english(code=self.code, params=self.params)

    def __str__(self) -> str:
        where = f"row {self.row}: " if self.row is not None else ""
        return f"{where}{self.message_en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult(Generic[Row]):
    """rows: what was understood. record_count: all records met, also the wrong ones, so nothing vanishes unseen."""

    rows: tuple[Row, ...]
    errors: tuple[RowError, ...]
    totals: Mapping[str, Total]
    record_count: int
