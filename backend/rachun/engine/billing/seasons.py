"""A season splits everything that its version prices, as a second version would.

A version with seasons stands for one version of each stretch of a season, with the components as that season has them
(`tariffs/parsing.py`) and a number of its own. So blocks, limits, peaks and shares are worked out for the days of each
season by the rules that hold for versions. Afterwards lines get the real version back, and say their season in inputs:
season (its code, null between seasons).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from rachun.engine.tariffs.seasons import season_stretches
from rachun.engine.tariffs.selection import VersionInForce

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seasoned:
    """versions: those to price by. real: version_ix, real_ix, season of the ones that stand for another."""

    versions: Sequence[VersionInForce]
    real: pl.DataFrame

    def given_back(self, lines: pl.DataFrame) -> pl.DataFrame:
        """The lines with their real version, and the season in inputs."""
        if self.real.is_empty():
            return lines
        joined = lines.join(self.real, on="version_ix", how="left", maintain_order="left")
        named = pl.format(',"season":"{}"}}', pl.col("season"))
        unnamed = pl.when(pl.col("season").is_null()).then(pl.lit(',"season":null}')).otherwise(named)
        said = pl.concat_str(pl.col("inputs").str.head(-1), unnamed)
        moved = pl.col("real_ix").is_not_null()
        return joined.with_columns(
            version_ix=pl.coalesce("real_ix", "version_ix"),
            inputs=pl.when(moved).then(said).otherwise(pl.col("inputs")),
        ).drop("real_ix", "season")

    def placed(self, rows: pl.DataFrame, *, day: str) -> pl.DataFrame:
        """Rows that name real versions, with those that stand for them on their day."""
        if self.real.is_empty() or rows.is_empty():
            return rows
        dated = [(one.version_ix, one.valid_from, one.valid_to) for one in self.versions]
        schema = {"stands_ix": pl.Int64, "stands_from": pl.Date, "stands_to": pl.Date}
        standing = self.real.select(stands_ix="version_ix", version_ix="real_ix").join(
            pl.DataFrame(dated, schema=schema, orient="row"), on="stands_ix"
        )
        met = rows.with_row_index("row").join(standing, on="version_ix", how="left", maintain_order="left")
        inside = (pl.col("stands_from") <= pl.col(day)) & (pl.col(day) < pl.col("stands_to"))
        own = met.filter(pl.col("stands_ix").is_null() | inside)
        return own.with_columns(version_ix=pl.coalesce("stands_ix", "version_ix")).select(rows.columns)


def in_seasons(versions: Sequence[VersionInForce], *, days: Iterable[date]) -> Seasoned:
    """Cut versions by their seasons over the days between the earliest and the latest."""
    told = list(days)
    first, last = min(told), max(told) + _DAY
    found: list[VersionInForce] = []
    rows: list[tuple[int, int, str | None]] = []
    number = max((version.version_ix for version in versions), default=0)
    for version in versions:
        if not version.tariff.seasons:
            found.append(version)
            continue
        start = max(version.valid_from, first)
        end = last if version.valid_to is None else min(version.valid_to, last)
        for stretch in season_stretches(seasons=version.tariff.seasons, start=start, end=end):
            number += 1
            tariff = replace(
                version.tariff,
                components=version.tariff.of_season(stretch.season),
                seasons=(),
                season_days=None if stretch.season is None else stretch.days,
                season_from=None if stretch.season is None else stretch.first,
            )
            whole = replace(version, version_ix=number, valid_from=stretch.start, valid_to=stretch.end, tariff=tariff)
            found.append(whole)
            rows.append((number, version.version_ix, stretch.season))
    schema = {"version_ix": pl.Int64, "real_ix": pl.Int64, "season": pl.String}
    return Seasoned(versions=found, real=pl.DataFrame(rows, schema=schema, orient="row"))
