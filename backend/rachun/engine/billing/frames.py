"""The shapes that pass between the steps of pricing.

Inside, days are Int64 counts since 1970-01-01 (`from_day`, `to_day`), quantities and amounts Int128. `amount` is in
minor units and in the version's own VAT mode: net when prices are ON_TOP, gross when VAT is INSIDE.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from rachun.engine.billing.snapshot import REFUSALS, SnapshotInvalid, empty
from rachun.values.quantity import INT64_MAX, QUANTITY_MAX
from rachun.values.rounding import WIDE, rounded_expr

OPEN_DAY: Final = 2_932_896  # 9999-12-31
AMOUNT_MAX: Final = 10**15  # minor units on one line: keeps the sum of thousands of lines inside 64 bits

LINES: Final[Mapping[str, pl.DataType]] = {
    "account_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "version_ix": pl.Int64(),
    "component_no": pl.Int16(),
    "component": pl.String(),
    "kind": pl.String(),
    "register": pl.String(),
    "block_no": pl.Int16(),
    "label": pl.String(),
    "from_day": pl.Int64(),
    "to_day": pl.Int64(),
    "quantity": WIDE,
    "unit_price_e8": pl.Int64(),
    "amount": WIDE,
    "num": WIDE,  # the amount before rounding is num / den; null where it is `amount` itself
    "den": WIDE,
    "tax_category": pl.String(),
    "posting_code": pl.String(),
    "basis": pl.String(),
    "delivery_ix": pl.Int64(),
    "inputs": pl.String(),
}


_MAY_BE_NULL: Final = {"service_to", "valid_to", "norm_micro"}
_NO_REFUSALS: Final = empty(columns=REFUSALS)


def checked(
    frame: pl.DataFrame, *, columns: Mapping[str, pl.DataType], name: str, nullable: Sequence[str] = ()
) -> pl.DataFrame:
    """The frame with exactly the contract's columns and types. Raises SnapshotInvalid when one is missing or null."""
    found = frame.schema
    if frame.columns == [*columns] and found == columns:
        exact = frame
    elif missing := columns.keys() - found.keys():
        raise SnapshotInvalid(f"{name}: no column {sorted(missing)}")
    else:
        wrong = {k: found[k] for k, v in columns.items() if found[k] != v and frame.height}
        if any(kind != pl.Null for kind in wrong.values()):
            raise SnapshotInvalid(f"{name}: wrong types {wrong}")
        exact = frame.select(pl.col(key).cast(kind) for key, kind in columns.items())
    nulls = [key for key in columns if key not in {*_MAY_BE_NULL, *nullable} and exact[key].null_count()]
    if nulls:
        raise SnapshotInvalid(f"{name}: nulls in {nulls}")
    return exact


def day_number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def days(frame: pl.DataFrame, *, start: str, end: str) -> pl.DataFrame:
    """Replace two date columns by from_day and to_day; an open end becomes OPEN_DAY."""
    as_day = {
        start: pl.col(start).cast(pl.Int32).cast(pl.Int64).alias("from_day"),
        end: pl.col(end).cast(pl.Int32).cast(pl.Int64).fill_null(OPEN_DAY).alias("to_day"),
    }
    return frame.select(as_day.get(name, name) for name in frame.columns)


def overlapping(left: pl.DataFrame, right: pl.DataFrame, *, on: str | list[str]) -> pl.DataFrame:
    """Join two frames of stretches and keep the days that both hold."""
    both = left.join(right, on=on, suffix="_other")
    start, end = pl.max_horizontal("from_day", "from_day_other"), pl.min_horizontal("to_day", "to_day_other")
    shared = {"from_day": start.alias("from_day"), "to_day": end.alias("to_day")}
    names = [name for name in both.columns if name not in {"from_day_other", "to_day_other"}]
    cut = both.select(shared.get(name, name) for name in names)
    is_shared = cut["from_day"] < cut["to_day"]
    return cut if is_shared.all() else cut.filter(is_shared)


def clipped(frame: pl.DataFrame, *, start: int, end: int) -> pl.DataFrame:
    """The stretches that touch [start, end), cut to it."""
    begins, ends = frame["from_day"], frame["to_day"]
    if not (inside_range(begins, most=end - 1) and inside_range(ends, least=start + 1)):
        frame = frame.filter((pl.col("from_day") < end) & (pl.col("to_day") > start))
    if inside_range(begins, least=start) and inside_range(ends, most=end):
        return frame
    return frame.with_columns(pl.col("from_day").clip(lower_bound=start), pl.col("to_day").clip(upper_bound=end))


def days_held(frame: pl.DataFrame) -> int:
    """How many days the stretches hold together."""
    return int(frame["to_day"].sum()) - int(frame["from_day"].sum())


def overlap(stretches: pl.DataFrame, *, by: str) -> bool:
    """Whether two stretches of one `by` share a day."""
    columns = [stretches[name].to_numpy() for name in (by, "from_day", "to_day")]
    order = np.lexsort(columns[1::-1])
    keys, begins, ends = (column[order] for column in columns)
    return bool(((keys[1:] == keys[:-1]) & (begins[1:] < ends[:-1])).any())


def are_distinct(frame: pl.DataFrame, *, by: Sequence[str]) -> bool:
    """Whether no two rows agree in all of `by`."""
    return bool(frame.select(pl.struct(by).n_unique()).item() == frame.height)


def place_in_run(keys: pl.Series) -> pl.Series:
    """0, 1, … within each run of equal neighbours."""
    column, place = keys.to_numpy(), np.arange(len(keys))
    begins = np.ones(len(keys), dtype=np.bool_)
    begins[1:] = column[1:] != column[:-1]
    return pl.Series(place - np.maximum.accumulate(np.where(begins, place, 0)), dtype=pl.Int64)


def inside_range(numbers: pl.Series, *, least: int | None = None, most: int | None = None) -> bool:
    """Whether every number that is not null lies there: a look that spares filters, which cost much more."""
    smallest, largest = numbers.min(), numbers.max()
    if smallest is None or largest is None:
        return True
    assert isinstance(smallest, int)
    assert isinstance(largest, int)
    return (least is None or smallest >= least) and (most is None or largest <= most)


def all_refusals(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """REFUSALS of all frames, which are nearly always empty."""
    told = [frame for frame in frames if frame.height]
    return pl.concat(told) if told else _NO_REFUSALS


def bounded_quantity(name: str) -> pl.Expr:
    """The quantity as Int128, null past QUANTITY_MAX: an amount left null is refused as OVERFLOW, never wrapped."""
    wide = pl.col(name).cast(WIDE)
    return pl.when(wide.is_between(-QUANTITY_MAX, QUANTITY_MAX)).then(wide)


def inside_64_bits(expr: pl.Expr) -> pl.Expr:
    """The Int128 column, null where 64 bits do not hold it; the caller lets the amount be null there too."""
    return pl.when(expr.is_between(-INT64_MAX, INT64_MAX)).then(expr)


def rounded_amount(*, num: pl.Expr, den: pl.Expr) -> pl.Expr:
    return rounded_expr(num=num, den=den, to_even=pl.col("to_even"))


def as_lines(frame: pl.DataFrame, *, kind: str) -> pl.DataFrame:
    """Give a priced frame the columns of LINES, null where the kind has none."""
    own = {"kind": pl.lit(kind)} | {name: pl.col(name) for name in frame.columns}
    return frame.select(own.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in LINES.items())


def json_of(**values: pl.Expr) -> pl.Expr:
    """Compact JSON of named columns; 128-bit numbers are to be given as strings."""
    named = [value.alias(name) for name, value in values.items()]
    return pl.struct(named).struct.json_encode()


def text(expr: pl.Expr) -> pl.Expr:
    return expr.cast(pl.String)


def day_text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int32).cast(pl.Date).cast(pl.String)


def refused(frame: pl.DataFrame, *, code: str, **params: pl.Expr) -> pl.DataFrame:
    """One refusal per distinct row. frame: account_ix, agreement_ix and what params are read from."""
    if frame.is_empty():
        return _NO_REFUSALS
    details = json_of(**params) if params else pl.lit("{}")
    return frame.select("account_ix", "agreement_ix", code=pl.lit(code), params=details).unique(maintain_order=True)
