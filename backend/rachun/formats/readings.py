"""Meter readings in CSV or XLSX: one row per register and instant.

`read_at` is an instant (local clock of the stated zone, or with its offset). `read_date` is the value at the end of
that day, so it opens the next one: its instant is the local midnight that follows. A row gives exactly one of the two.
"""

from decimal import Decimal

import polars as pl

from rachun.formats.columnar import ColumnsRead
from rachun.formats.columns import Column, Kind, TableSpec
from rachun.formats.keys import occurrence_column
from rachun.formats.reading import RowError, Total
from rachun.formats.source import Source
from rachun.formats.tables import read_table
from rachun.formats.typed_columns import UTC, check_zone, type_columns

_KINDS = {
    **dict.fromkeys(("ACTUAL", "A", "ФАКТ", "КОНТРОЛЕР", "STVARNO"), "ACTUAL"),
    **dict.fromkeys(("ESTIMATED", "E", "РОЗРАХУНОК", "PROCJENA"), "ESTIMATED"),
    **dict.fromkeys(("CUSTOMER", "C", "СПОЖИВАЧ", "KUPAC"), "CUSTOMER"),
    **dict.fromkeys(("REMOTE", "R", "АСКОЕ", "DALJINSKI"), "REMOTE"),
}

READINGS = TableSpec(
    format="readings",
    columns=(
        Column(
            name="meter_serial",
            required=True,
            synonyms=(
                "serial",
                "meter",
                "заводський номер",
                "номер лічильника",
                "лічильник",
                "broj brojila",
                "brojilo",
            ),
            max_length=60,
            example="00123456",
            explained="serial number on the meter, as text",
        ),
        Column(
            name="register",
            required=True,
            synonyms=("register_code", "obis", "реєстр", "шкала", "зона", "registar", "tarifa"),
            max_length=40,
            example="T1",
            explained="register code of the meter",
        ),
        Column(
            name="read_at",
            kind=Kind.INSTANT,
            synonyms=("instant", "timestamp", "час зняття", "vrijeme očitanja"),
            explained="local date and time of the reading; or give read_date",
        ),
        Column(
            name="read_date",
            kind=Kind.DATE,
            synonyms=("date", "дата", "дата показів", "datum", "datum očitanja"),
            example="2026-10-31",
            explained="value at the END of this day; or give read_at",
        ),
        Column(
            name="value",
            kind=Kind.MICRO,
            required=True,
            non_negative=True,
            synonyms=("reading", "показ", "показання", "показник", "stanje", "očitanje"),
            example="10234.5",
            explained="what the register shows, at most 6 decimals",
        ),
        Column(
            name="kind",
            kind=Kind.CHOICE,
            required=True,
            choices=_KINDS,
            synonyms=("source_kind", "вид", "тип показу", "vrsta"),
            example="ACTUAL",
            explained="ACTUAL, ESTIMATED, CUSTOMER or REMOTE",
        ),
        Column(
            name="source_ref",
            synonyms=("reference", "route", "джерело", "маршрут", "izvor"),
            explained="where it comes from: route, batch (may be empty)",
        ),
    ),
)

READING_COLUMNS = {
    "row_no": pl.Int64(),
    "record_key": pl.String(),
    "occurrence": pl.Int32(),
    "meter_serial": pl.String(),
    "register": pl.String(),
    "read_at": UTC,
    "is_end_of_day": pl.Boolean(),
    "value_micro": pl.Int64(),
    "kind": pl.String(),
    "source_ref": pl.String(),
}


def read_readings(*, source: Source, zone: str) -> ColumnsRead:
    """Columns as READING_COLUMNS. Raises FileRefused; a row that is not understood is an error, never a guess."""
    zone = check_zone(zone=zone)
    typed = type_columns(table=read_table(source=source, spec=READINGS), spec=READINGS, zone=zone)
    frame, both = typed.frame, pl.col("read_at").is_not_null() == pl.col("read_date").is_not_null()
    unclear = frame.filter(both)["row_no"].to_list()
    errors = [
        RowError(row=row, field="read_at", code="one_of", params={"columns": "read_at, read_date"}) for row in unclear
    ]
    next_midnight = pl.col("read_date").dt.offset_by("1d").cast(pl.Datetime("us"))
    instants = frame.filter(~both).with_columns(
        is_end_of_day=pl.col("read_date").is_not_null(),
        read_at=pl.coalesce(
            "read_at",
            next_midnight.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone(
                "UTC"
            ),
        ),
        value_micro=pl.col("value"),
        record_key=pl.lit(""),
        occurrence=pl.lit(0, dtype=pl.Int32),
    )
    no_midnight = instants.filter(pl.col("read_at").is_null())
    errors += [
        RowError(
            row=row, field="read_date", code="time_missing_in_zone", params={"value": f"{day} 24:00", "zone": zone}
        )
        for row, day in no_midnight.select("row_no", "read_date").iter_rows()
    ]
    keyed = _with_keys(instants.filter(pl.col("read_at").is_not_null())).select(
        pl.col(name).cast(kind) for name, kind in READING_COLUMNS.items()
    )
    return ColumnsRead(
        frame=keyed,
        errors=tuple(sorted((*typed.errors, *errors), key=lambda error: error.row)),
        totals=_totals(keyed),
        record_count=typed.record_count,
    )


def _with_keys(frame: pl.DataFrame) -> pl.DataFrame:
    key = pl.concat_str(
        "meter_serial",
        "register",
        pl.col("read_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"),
        pl.col("value_micro").cast(pl.String),
        "kind",
        separator="|",
    )
    return frame.with_columns(record_key=key).with_columns(occurrence=occurrence_column(key="record_key"))


def _totals(frame: pl.DataFrame) -> dict[str, Total]:
    totals: dict[str, Total] = {
        "rows": frame.height,
        "meters": frame["meter_serial"].n_unique(),
        "value_sum": Decimal(sum(frame["value_micro"].to_list())) / 1_000_000,
    }
    if frame.height:
        totals["earliest_at"] = str(frame["read_at"].min())
        totals["latest_at"] = str(frame["read_at"].max())
    return totals
