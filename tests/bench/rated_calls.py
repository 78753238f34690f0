"""Job engine-calls: the rating engine by itself, in memory, on the calls of limits/rating.py.

50 plans of 20,000 prefixes, peak and off-peak on the clock of Kyiv over a change of it, 6,000 free seconds for each
account in call order.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import numpy as np
import polars as pl
from rachun.engine.rating.bands import TimeBand
from rachun.engine.rating.calls import rate_calls
from rachun.engine.rating.running import covered_in_order
from rachun.engine.rating.table import DestinationTable, destination_table

from tests.bench.data import LIMITS, shared_file
from tests.bench.figures import Figure, Spent, figure, timed

N_DEFAULT, REPEATS = 1_000_000, 3
LIMIT_SCRIPT = f"{LIMITS}/rating.py"
AGAINST = "limits/rating.py numpy: the same calls, rates and free seconds by hand-written arrays, one process"
ZONE, PLANS, INCLUDED_S, E8_PER_MICRO, NATIONAL = "Europe/Kyiv", 50, 6000, 100, "national"
WORKDAYS = frozenset(range(1, 6))
BANDS = (
    (TimeBand(code="NIGHT"), "off"),
    (TimeBand(code="DAY", weekdays=WORKDAYS, starts_at=time(8)), "peak"),
    (TimeBand(code="EVENING", weekdays=WORKDAYS, starts_at=time(20)), "off"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What every engine of the limit script must give: calls with a destination, their worth, free seconds."""

    calls: int
    amount_micro: int
    free_s: int


def run(*, n: int, data: Path | None) -> Figure:
    assert data is None, "this job makes its own calls"
    with tempfile.TemporaryDirectory(prefix="rachun-bench-") as name:
        limit = LimitScript(folder=Path(name))
        limit.tell("gen", str(n))
        calls, tables = inputs(limit.folder / "limits")
        found: list[Totals] = []
        spent = fastest(lambda: found.append(priced(calls=calls, tables=tables)))
        expected, limit_s = limit.numpy()
        return figure(
            job="engine-calls",
            n=n,
            ok=all(totals == expected for totals in found),
            spent=spent,
            against=AGAINST,
            limit_rate=n / limit_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitScript:
    folder: Path

    def tell(self, *arguments: str) -> str:
        command = [sys.executable, str(shared_file(LIMIT_SCRIPT)), *arguments]
        where = {**os.environ, "TMPDIR": str(self.folder)}
        return subprocess.run(command, env=where, check=True, capture_output=True, text=True).stdout

    def numpy(self) -> tuple[Totals, float]:
        """Its totals, and the seconds of its median pass."""
        told = self.tell("numpy", "1")
        seconds = float(told.split("|")[3])
        calls, amount_micro, free_s = map(int, re.findall(r"\d+", told.rpartition("(")[2]))
        return Totals(calls=calls, amount_micro=amount_micro, free_s=free_s), seconds


def fastest(work: Callable[[], object]) -> Spent:
    """The median of a few passes, as the script takes it."""
    return sorted((timed(work) for _ in range(REPEATS)), key=lambda spent: spent.wall_s)[REPEATS // 2]


def inputs(folder: Path) -> tuple[pl.DataFrame, dict[int, DestinationTable]]:
    """Calls, and prepared tables by plan."""
    destinations, rates, calls = (
        pl.read_parquet(folder / f"rating_{name}.parquet") for name in ("dest", "rate", "cdr")
    )
    tables = {plan: table_of(rates.filter(plan=plan).join(destinations, on="dest")) for plan in range(PLANS)}
    shaped = calls.select(
        "id",
        "plan",
        "called",
        usage_date=pl.col("started").dt.convert_time_zone(ZONE).dt.date(),
        started_at="started",
        billable_s="duration",
        answered=pl.lit(value=True),
        bundle="account",
    )
    return shaped, tables


def table_of(rates: pl.DataFrame) -> DestinationTable:
    """Three rows for each prefix: by night and on holidays, from eight on working days, from twenty on them."""
    common = {
        "prefix": "prefix",
        "label": pl.when("national").then(pl.lit(NATIONAL)).otherwise(pl.lit("abroad")),
        "connection_fee_e8": pl.col("fee") * E8_PER_MICRO,
        "first_interval_s": "first",
        "increment_s": "nxt",
        "minimum_s": "mind",
        "decimals": pl.lit(6),
        "valid_from": pl.lit(date(2020, 1, 1)),
        "valid_to": pl.lit(None, pl.Date),
    }
    rows = [
        rates.select(**common, price_per_minute_e8=pl.col(price) * E8_PER_MICRO, band=pl.lit(band.code))
        for band, price in BANDS
    ]
    # The script prices a whole call by the rate of its start, which is what a table of counted usage says.
    return destination_table(
        rows=pl.concat(rows), bands=[band for band, _ in BANDS], time_zone=ZONE, measures_time=False
    )


def priced(*, calls: pl.DataFrame, tables: dict[int, DestinationTable]) -> Totals:
    """As the product does it: rate, let the bundles cover what is national, rate again what they pay a part of; what
    they pay whole costs nothing.
    """
    rated = rated_by_plan(calls, tables=tables).filter(status="RATED")
    asked = rated.filter(label=NATIONAL).sort("bundle", "started_at", "id")
    free = covered_in_order(
        bundle=asked["bundle"].cast(pl.Int64).to_numpy(),
        billed_s=asked["billed_s"].to_numpy(),
        held_s=np.full(asked.height, INCLUDED_S),
        used_s=np.zeros(asked.height, dtype=np.int64),
    )
    covered = asked.with_columns(covered_s=pl.Series(free)).filter(pl.col("covered_s") > 0)
    parts = covered.filter(pl.col("covered_s") < pl.col("billed_s"))
    again = rated_by_plan(parts.select(*calls.columns, "covered_s"), tables=tables)
    saved = covered["amount_micro"].sum() - again["amount_micro"].sum()
    return Totals(
        calls=rated.height,
        amount_micro=int(rated["amount_micro"].sum() - saved),
        free_s=int(covered["covered_s"].sum()),
    )


def rated_by_plan(calls: pl.DataFrame, *, tables: dict[int, DestinationTable]) -> pl.DataFrame:
    parts = calls.partition_by("plan", as_dict=True)
    rated = [
        part.hstack(
            rate_calls(calls=part, table=tables[int(str(plan))]).select("label", "billed_s", "amount_micro", "status")
        )
        for (plan,), part in parts.items()
    ]
    return pl.concat(rated) if rated else calls.clear().with_columns(amount_micro=pl.lit(None, pl.Int64))
