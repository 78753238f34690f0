"""The result of reading a large file: columns instead of row objects."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rachun.formats.reading import RowError, Total


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsRead:
    """frame: rows understood, in file order. record_count = height of the frame + rows named in errors."""

    frame: pl.DataFrame
    errors: tuple[RowError, ...]
    totals: Mapping[str, Total]
    record_count: int
