"""A destination table, checked and laid out once for many calls: whole numbers in flat arrays.

Prices meet on one denominator: a row of 0.10 for 60 s and one of 1 for 1024 s become integers over the least common
multiple of their units, so 0.1 / 60 × 60 is 0.1 and nothing is cut off before the one rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rachun.engine.rating.bands import ALWAYS, Pattern, TimeBand, Weighted, is_constant
from rachun.engine.rating.zones import Int64s, Prefix, PrefixAmbiguous, ZoneIndex, index_prefixes
from rachun.values.rounding import MODES

STEP = pl.Struct({"from_s": pl.Int64(), "price_e8": pl.Int64(), "per": pl.Int64(), "increment": pl.Int64()})
DESTINATIONS: Mapping[str, pl.DataType] = {
    "prefix": pl.String(),
    "label": pl.String(),  # destination group, as the bill names it
    "price_per_minute_e8": pl.Int64(),
    "connection_fee_e8": pl.Int64(),
    "first_interval_s": pl.Int64(),  # ≥ 0
    "increment_s": pl.Int64(),  # ≥ 1
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
}
# Columns that a table may leave out, and what they then say.
TERMS: Mapping[str, tuple[pl.DataType, object]] = {
    "band": (pl.String(), ALWAYS.code),
    "weight": (pl.Int64(), 0),
    "steps": (pl.List(STEP), None),  # where given, they take the place of price, first interval and increment
    "rounding": (pl.String(), "HALF_UP"),
    "decimals": (pl.Int64(), 4),
    "minimum_s": (pl.Int64(), 0),  # billed at least
    "minimum_e8": (pl.Int64(), 0),  # charged at least
    "free_below_s": (pl.Int64(), 0),  # a shorter call costs nothing, not even its connection
    "max_cost_e8": (pl.Int64(), None),
    "max_cost_strategy": (pl.String(), ""),  # FREE caps the cost; DISCONNECT only bounds an authorised duration
}
STRATEGIES = ("", "FREE", "DISCONNECT")
USAGE_MAX = 10**12  # of any interval or threshold: keeps the usage of a call inside 64 bits
AMOUNT_DECIMALS = 6
E8_DECIMALS = 8
_MINUTE_S = 60
SMALL = 2**61  # what a product in 64 bits may reach


class DestinationsInvalid(ValueError):
    """A destination table that cannot price calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Rate groups of all rows, one row's after another's; `first` and `count` find a row's own.

    price: per unit of usage, over the table's denominator; small_price: the same in 64 bits, cut off at SMALL.
    from_s: usage consumed from which the group prices.
    """

    first: Int64s
    count: Int64s
    from_s: Int64s
    increment: Int64s
    price: npt.NDArray[np.object_]
    small_price: Int64s


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatRows:
    """Rows whose units all cost the same: a first interval, then whole increments. Few price lists have any other.

    is_flat tells which rows; first, increment and price mean nothing for the others. Columns as `of_rows` reads them.
    """

    is_flat: npt.NDArray[np.bool_]
    first: Int64s
    increment: Int64s
    price: Int64s


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationTable:
    """den: what prices and fees are over, in 10^-8 currency units. patterns: the distinct sets of bands.

    pattern_of, first_row, dearest (price of a unit, at most 2^62): of each schedule; schedule_rows holds the schedules'
    rows one after another. modes: how each row rounds, as a place in MODES. modes and numbers: as `of_rows` reads them.
    """

    rows: pl.DataFrame
    zones: ZoneIndex
    patterns: tuple[Pattern, ...]
    pattern_of: Int64s
    first_row: Int64s
    schedule_rows: Int64s
    dearest: Int64s
    modes: npt.NDArray[np.int64]
    numbers: Mapping[str, Int64s]
    steps: Steps
    flat: FlatRows
    den: int
    time_zone: str
    measures_time: bool
    keeps_band: bool

    @property
    def has_bands(self) -> bool:
        return not all(is_constant(pattern) for pattern in self.patterns)


def of_rows(values: npt.NDArray[Any], rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The value of each row. A column that says the same of every row is kept as one value and answers with it."""
    return values if len(values) == 1 else values[rows]


def _kept(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values[:1] if len(values) and (values == values[0]).all() else values


def destination_table(
    *,
    rows: pl.DataFrame,
    bands: Sequence[TimeBand] = (),
    time_zone: str = "UTC",
    measures_time: bool = True,
    keeps_band: bool = False,
) -> DestinationTable:
    """Prepare a table once for many calls. rows: columns of DESTINATIONS and any of TERMS.

    time_zone: whose wall clock the bands follow. measures_time: usage is seconds that pass; otherwise it is counted
    (messages, bytes) and the row of the start prices all of it. keeps_band: a running call stays with its row where no
    other is in force; otherwise such a call has no rate.

    Raises DestinationsInvalid, PrefixInvalid, and PrefixAmbiguous where two rows of one prefix say the same days,
    band and weight.
    """
    exact = _complete(rows)
    _refuse_wrong(exact, bands=bands)
    listed = exact.select("prefix", "valid_from", "valid_to").rows()
    zones = index_prefixes(
        prefixes=[Prefix(digits=p, zone=no, valid_from=a, valid_to=b) for no, (p, a, b) in enumerate(listed)]
    )
    patterns, pattern_of = _patterns(exact, zones=zones, bands=bands)
    lengths = np.array([len(schedule) for schedule in zones.schedules], dtype=np.int64)
    first_row = np.cumsum(lengths) - lengths
    schedule_rows = np.array([row for schedule in zones.schedules for row in schedule], dtype=np.int64)
    steps, den = _steps(exact)
    return DestinationTable(
        rows=exact,
        zones=zones,
        patterns=patterns,
        pattern_of=pattern_of,
        first_row=first_row,
        schedule_rows=schedule_rows,
        dearest=_dearest(steps, first_row=first_row, schedule_rows=schedule_rows),
        modes=_modes(exact),
        numbers=_numbers(exact),
        steps=steps,
        flat=_flat(steps),
        den=den,
        time_zone=time_zone,
        measures_time=measures_time,
        keeps_band=keeps_band,
    )


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    stated = [pl.col(name).cast(dtype) for name, dtype in DESTINATIONS.items()]
    terms = [
        pl.col(name).cast(dtype) if name in rows.columns else pl.lit(default, dtype).alias(name)
        for name, (dtype, default) in TERMS.items()
    ]
    return rows.select(*stated, *terms)


def _refuse_wrong(rows: pl.DataFrame, *, bands: Sequence[TimeBand]) -> None:
    known = [ALWAYS.code, *(band.code for band in bands)]
    wrong = {
        "increment below 1 s or first interval below 0 s": (pl.col("increment_s") < 1)
        | (pl.col("first_interval_s") < 0),
        "unknown rounding": ~pl.col("rounding").is_in(list(MODES)),
        f"decimals beyond 0 to {AMOUNT_DECIMALS}": ~pl.col("decimals").is_between(0, AMOUNT_DECIMALS),
        "unknown max cost strategy": ~pl.col("max_cost_strategy").is_in(STRATEGIES),
        "unknown time band": ~pl.col("band").is_in(known),
        "a minimum, free threshold or max cost below 0": pl.min_horizontal(
            "minimum_s", "minimum_e8", "free_below_s", "max_cost_e8"
        )
        < 0,
        f"an interval or threshold beyond {USAGE_MAX}": pl.max_horizontal(
            "first_interval_s", "increment_s", "minimum_s", "free_below_s"
        )
        > USAGE_MAX,
        "a negative price or fee": (pl.min_horizontal("price_per_minute_e8", "connection_fee_e8") < 0),
    }
    for what, expr in wrong.items():
        bad = rows.filter(expr)
        if bad.height:
            raise DestinationsInvalid(f"prefix {bad['prefix'][0]!r}: {what}")


def _patterns(rows: pl.DataFrame, *, zones: ZoneIndex, bands: Sequence[TimeBand]) -> tuple[tuple[Pattern, ...], Int64s]:
    by_code = {ALWAYS.code: ALWAYS, **{band.code: band for band in bands}}
    kinds: dict[tuple[str, int], int] = {}
    kind_of = [kinds.setdefault(kind, len(kinds)) for kind in rows.select("band", "weight").iter_rows()]
    weighted = [Weighted(band=by_code[code], weight=weight) for code, weight in kinds]
    numbers: dict[tuple[int, ...], int] = {}
    found = []
    for schedule in zones.schedules:
        pattern = tuple([kind_of[row] for row in schedule])
        if len(set(pattern)) < len(pattern):
            raise PrefixAmbiguous(rows["prefix"][schedule[0]])
        found.append(numbers.setdefault(pattern, len(numbers)))
    patterns = tuple(tuple(weighted[kind] for kind in pattern) for pattern in numbers)
    return patterns, np.array(found, dtype=np.int64)


def _modes(rows: pl.DataFrame) -> Int64s:
    places = rows["rounding"].replace_strict(MODES, range(len(MODES)), return_dtype=pl.Int64).to_numpy()
    return _kept(places) if rows.height else np.zeros(1, dtype=np.int64)


def _numbers(rows: pl.DataFrame) -> Mapping[str, Int64s]:
    """One row of nothing where there are none, so that a look-up without a row finds something to leave alone."""
    cap = pl.when(pl.col("max_cost_strategy") == "FREE").then("max_cost_e8")
    names = ("connection_fee_e8", "minimum_e8", "minimum_s", "free_below_s", "decimals")
    columns = rows.select(*names, cap_e8=cap).fill_null(-1)
    return {column.name: _kept(column.to_numpy()) if rows.height else np.zeros(1, np.int64) for column in columns}


def _dearest(steps: Steps, *, first_row: Int64s, schedule_rows: Int64s) -> Int64s:
    if not len(first_row):
        return np.zeros(0, dtype=np.int64)
    of_row = np.maximum.reduceat(np.minimum(steps.price, 2**62).astype(np.int64), steps.first)
    dearest: Int64s = np.maximum.reduceat(of_row[schedule_rows], first_row)
    return dearest


def _flat(steps: Steps) -> FlatRows:
    first, latest = steps.first, steps.first + steps.count - 1
    follows = (steps.count == 2) & (steps.from_s[latest] == steps.increment[first])  # noqa: PLR2004 -- first, then on
    is_flat = (steps.count == 1) | (follows & (steps.small_price[first] == steps.small_price[latest]))
    return FlatRows(
        is_flat=_kept(is_flat),
        first=_kept(steps.increment[first]),
        increment=_kept(steps.increment[latest]),
        price=_kept(steps.small_price[first]),
    )


def _steps(rows: pl.DataFrame) -> tuple[Steps, int]:
    if rows["steps"].null_count() == rows.height:
        return _classic_steps(rows), _MINUTE_S
    groups = [
        _own(steps) if steps is not None else _classic(price, first, increment)
        for steps, price, first, increment in rows.select(
            "steps", "price_per_minute_e8", "first_interval_s", "increment_s"
        ).iter_rows()
    ]
    for prefix, group in zip(rows["prefix"].to_list(), groups, strict=True):
        _refuse_wrong_steps(group, prefix=prefix)
    den = lcm(*{per for group in groups for _, _, per, _ in group})
    flat = [step for group in groups for step in group]
    return _laid_out(
        counts=np.array([len(group) for group in groups], dtype=np.int64),
        from_s=np.array([from_s for from_s, _, _, _ in flat], dtype=np.int64),
        increment=np.array([increment for _, _, _, increment in flat], dtype=np.int64),
        price=np.array([price * (den // per) for _, price, per, _ in flat], dtype=object),
    ), den


def _classic_steps(rows: pl.DataFrame) -> Steps:
    """As _classic says of one row."""
    first, increment = rows["first_interval_s"].to_numpy(), rows["increment_s"].to_numpy()
    counts = 1 + (first > 0).astype(np.int64)
    beyond = np.cumsum(counts) - 1
    from_s, increments = np.zeros(counts.sum(), dtype=np.int64), np.repeat(first, counts)
    from_s[beyond], increments[beyond] = first, increment
    price = np.repeat(rows["price_per_minute_e8"].to_numpy(), counts).astype(object)
    return _laid_out(counts=counts, from_s=from_s, increment=increments, price=price)


def _laid_out(*, counts: Int64s, from_s: Int64s, increment: Int64s, price: npt.NDArray[np.object_]) -> Steps:
    return Steps(
        first=np.cumsum(counts) - counts,
        count=counts,
        from_s=from_s,
        increment=increment,
        price=price,
        small_price=np.minimum(price, SMALL).astype(np.int64),
    )


Group = list[tuple[int, int, int, int]]  # from_s, price_e8, per, increment


def _own(steps: list[dict[str, int]]) -> Group:
    return [(step["from_s"], step["price_e8"], step["per"], step["increment"]) for step in steps]


def _classic(price: int, first: int, increment: int) -> Group:
    beyond = (first, price, _MINUTE_S, increment)
    return [(0, price, _MINUTE_S, first), beyond] if first else [beyond]


def _refuse_wrong_steps(group: Group, *, prefix: str) -> None:
    starts = [from_s for from_s, _, _, _ in group]
    if not starts or starts[0] != 0 or starts != sorted(set(starts)):
        raise DestinationsInvalid(f"prefix {prefix!r}: rate groups must start at 0 and ascend")
    if max(*starts, *(max(per, increment) for _, _, per, increment in group)) > USAGE_MAX:
        raise DestinationsInvalid(f"prefix {prefix!r}: a rate group's start, unit or increment beyond {USAGE_MAX}")
    if any(price < 0 or per < 1 or increment < 1 for _, price, per, increment in group):
        raise DestinationsInvalid(f"prefix {prefix!r}: a rate group with a price below 0, a unit or increment below 1")
