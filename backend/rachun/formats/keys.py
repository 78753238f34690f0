"""Numbering of equal records: the n-th equal record of a file is the same record when the file comes again."""

from collections.abc import Sequence

import polars as pl


def number_occurrences(*, keys: Sequence[str]) -> list[int]:
    """1 for the first record with its key, 2 for the second, and so on, in the order given."""
    seen: dict[str, int] = {}
    numbers = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        numbers.append(seen[key])
    return numbers


def occurrence_column(*, key: str) -> pl.Expr:
    """The same over a column of a frame in file order; Int32."""
    return pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(key)
