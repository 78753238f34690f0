"""Half-hourly household consumption: `mac` (or household), `datetime` (start of the half hour, local clock), `kwhh`.

When a clock goes back, a half hour that stands twice in the file is first the earlier, then the later one. A stamp
that comes twice otherwise is a duplicate: the first is kept. Gaps are told, and nothing is filled in.
"""

from decimal import Decimal

import polars as pl

from rachun.formats.columnar import ColumnsRead
from rachun.formats.columns import Column, Kind, TableSpec
from rachun.formats.reading import RowError, Total
from rachun.formats.source import Source
from rachun.formats.tables import read_table
from rachun.formats.typed_columns import check_zone, local_clock, type_columns

INTERVAL_MINUTES = 30

HOUSEHOLD_HALFHOURLY = TableSpec(
    format="household_halfhourly",
    ignore_unknown=True,
    columns=(
        Column(name="household", required=True, synonyms=("mac", "lclid", "meter_serial"), max_length=60),
        Column(name="datetime", required=True, synonyms=("tstp", "start", "started_at")),
        Column(
            name="energy_kwh",
            kind=Kind.MICRO,
            required=True,
            synonyms=("kwhh", "energy_kwh_hh", "kwh"),
            non_negative=True,
        ),
    ),
)

INTERVAL_COLUMNS = {
    "row_no": pl.Int64(),
    "household": pl.String(),
    "started_at": pl.Datetime("us", "UTC"),
    "duration_s": pl.Int64(),
    "energy_micro": pl.Int64(),
}


def read_household_halfhourly(*, source: Source, zone: str) -> ColumnsRead:
    """Columns as INTERVAL_COLUMNS; energy in millionths of a kWh. Gaps are errors of the row that follows them, which
    itself is kept; so record_count = rows + errors − gaps.
    """
    zone = check_zone(zone=zone)
    table = read_table(source=source, spec=HOUSEHOLD_HALFHOURLY)
    typed = type_columns(table=table, spec=HOUSEHOLD_HALFHOURLY, zone=zone)
    stamped, errors = _stamp(typed.frame, zone)
    unique, duplicates = _drop_duplicates(stamped)
    gaps = _gaps(unique)
    frame = unique.with_columns(
        duration_s=pl.lit(INTERVAL_MINUTES * 60, dtype=pl.Int64), energy_micro=pl.col("energy_kwh")
    ).select(pl.col(name).cast(kind) for name, kind in INTERVAL_COLUMNS.items())
    return ColumnsRead(
        frame=frame,
        errors=tuple(sorted((*typed.errors, *errors, *duplicates, *gaps), key=lambda error: error.row)),
        totals=_totals(frame, duplicates=duplicates, gaps=gaps),
        record_count=typed.record_count,
    )


def _stamp(frame: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, list[RowError]]:
    """Add started_at (UTC); the second writing of a stamp that the clock shows twice is the later one."""
    local = frame.with_columns(local=local_clock(pl.col("datetime"))).with_columns(
        nth=pl.int_range(pl.len()).over("household", "local")
    )
    earliest = pl.col("local").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    latest = pl.col("local").dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    stamped = local.with_columns(
        started_at=pl.when(pl.col("nth") == 1).then(latest).otherwise(earliest).dt.convert_time_zone("UTC")
    )
    off_grid = (pl.col("local").dt.epoch("s") % (INTERVAL_MINUTES * 60)) != 0
    judged = stamped.with_columns(
        code=pl.when(pl.col("local").is_null())
        .then(pl.lit("not_an_instant"))
        .when(pl.col("started_at").is_null())
        .then(pl.lit("time_missing_in_zone"))
        .when(off_grid)
        .then(pl.lit("off_grid"))
    )
    errors = [
        RowError(
            row=row,
            field="datetime",
            code=code,
            params={"value": text[:60], "zone": zone, "minutes": INTERVAL_MINUTES},
        )
        for row, text, code in judged.filter(pl.col("code").is_not_null())
        .select("row_no", "datetime", "code")
        .iter_rows()
    ]
    return judged.filter(pl.col("code").is_null()), errors


def _drop_duplicates(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[RowError]]:
    first_row = frame.with_columns(first_row=pl.col("row_no").first().over("household", "started_at"))
    again = first_row.filter(pl.col("row_no") != pl.col("first_row")).select("row_no", "first_row")
    errors = [
        RowError(row=row, field="datetime", code="duplicate", params={"what": "half hour", "first_row": first})
        for row, first in again.iter_rows()
    ]
    return first_row.filter(pl.col("row_no") == pl.col("first_row")), errors


def _gaps(frame: pl.DataFrame) -> list[RowError]:
    step = frame.sort("household", "started_at").with_columns(
        minutes=(pl.col("started_at") - pl.col("started_at").shift(1).over("household")).dt.total_minutes()
    )
    after_gap = step.filter(pl.col("minutes") > INTERVAL_MINUTES).select("row_no", "datetime", "minutes")
    return [
        RowError(
            row=row,
            field="datetime",
            code="gap",
            params={"missing": minutes // INTERVAL_MINUTES - 1, "value": text[:60]},
        )
        for row, text, minutes in after_gap.iter_rows()
    ]


def _totals(frame: pl.DataFrame, *, duplicates: list[RowError], gaps: list[RowError]) -> dict[str, Total]:
    totals: dict[str, Total] = {
        "rows": frame.height,
        "households": frame["household"].n_unique(),
        "energy_kwh_sum": Decimal(sum(frame["energy_micro"].to_list())) / 1_000_000,
        "duplicates": len(duplicates),
        "missing_intervals": sum(int(gap.params["missing"]) for gap in gaps),
    }
    if frame.height:
        totals["earliest_at"] = str(frame["started_at"].min())
        totals["latest_at"] = str(frame["started_at"].max())
    return totals
