"""Files and rows of any source → one frame of records, whatever format they came in.

RECORDS holds calls and delivered services; what a kind does not have is null. keyed_at: the start of a call that is
known by what it was; null where the sender gave a key or only a day.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from rachun.apps.rating.errors import SourceFormatUnknown
from rachun.apps.usage.models import UsageSource
from rachun.formats.asterisk_cdr import read_asterisk_cdr
from rachun.formats.call_columns import Marks, natural_key
from rachun.formats.columnar import ColumnsRead
from rachun.formats.declared_calls import iterate_declared_calls, shipped_profile
from rachun.formats.delivered_services import read_delivered_services
from rachun.formats.keys import number_occurrences
from rachun.formats.reading import RowError
from rachun.formats.source import Source, StoredSource
from rachun.values.quantity import MICRO

_INSTANT = pl.Datetime("us", "UTC")
RECORDS: Mapping[str, pl.DataType] = {
    "row_no": pl.Int64(),
    "record_key": pl.String(),
    "occurrence": pl.Int32(),
    "keyed_at": _INSTANT,
    "caller": pl.String(),
    "called": pl.String(),
    "started_at": _INSTANT,
    "usage_date": pl.Date(),
    "duration_s": pl.Int64(),
    "billable_s": pl.Int64(),
    "answered": pl.Boolean(),
    "account": pl.String(),
    "service": pl.String(),
    "item": pl.String(),
    "unit": pl.String(),
    "quantity_micro": pl.Int64(),
    "document": pl.String(),
    "raw": pl.String(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsRead:
    """frame: columns of RECORDS. record_count: also the rows that could not be read."""

    frame: pl.DataFrame
    errors: tuple[RowError, ...]
    totals: Mapping[str, Any]
    record_count: int


def iterate_records(
    *, source: UsageSource, file: Source | StoredSource, is_json: bool = False
) -> Iterator[RecordsRead]:
    """Part by part, where the format is read by lines; otherwise the whole file as one part.

    Raises FileRefused when the file as a whole cannot be read, SourceFormatUnknown.
    """
    zone = source.time_zone
    if source.format.startswith("calls:") and not is_json:
        name = source.format.removeprefix("calls:")
        profile = (source.profile or {}) if name == "declared" else shipped_profile(name=name)
        for part in iterate_declared_calls(source=file, profile=profile, zone=zone):
            yield _calls(part, zone=zone)
        return
    whole = file.read() if isinstance(file, StoredSource) else file
    if is_json:
        yield _json_rows(source, data=json.loads(whole.data))
    elif source.format == "asterisk_cdr":
        yield _calls(read_asterisk_cdr(source=whole, zone=zone), zone=zone)
    elif source.format == "delivered_services":
        yield _deliveries(whole, zone=zone)
    else:
        raise SourceFormatUnknown(format=source.format)


def _calls(read: ColumnsRead, *, zone: str) -> RecordsRead:
    frame = read.frame.with_columns(
        caller=pl.col("caller_raw"),
        called=pl.col("called_raw"),
        keyed_at=pl.col("started_at"),
        usage_date=pl.col("started_at").dt.convert_time_zone(zone).dt.date(),
        quantity_micro=pl.col("billable_s") * MICRO,
    )
    return RecordsRead(frame=conform(frame), errors=read.errors, totals=read.totals, record_count=read.record_count)


def _deliveries(file: Source, *, zone: str) -> RecordsRead:
    read = read_delivered_services(source=file, zone=zone)
    rows = [
        {
            "row_no": row.row,
            "record_key": row.record_key,
            "occurrence": row.occurrence,
            "usage_date": row.performed_on,
            "account": row.account,
            "service": row.service,
            "item": row.item,
            "unit": row.unit,
            "quantity_micro": row.quantity_micro,
            "document": row.document,
            "raw": told_text(asdict(row)),
        }
        for row in read.rows
    ]
    schema = {name: kind for name, kind in RECORDS.items() if not rows or name in rows[0]}
    frame = _with_local_noon(pl.DataFrame(rows, schema=schema), zone=zone)
    return RecordsRead(frame=frame, errors=read.errors, totals=read.totals, record_count=read.record_count)


def _with_local_noon(frame: pl.DataFrame, *, zone: str) -> pl.DataFrame:
    """A delivery states its day only: its instant is the local noon, which every day has."""
    noon = pl.col("usage_date").cast(pl.Datetime("us")).dt.offset_by("12h").dt.replace_time_zone(zone)
    return conform(frame.with_columns(started_at=noon.dt.convert_time_zone("UTC")))


def call_rows(*, source: UsageSource, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The frame of calls that came by the interface, one row each."""
    return _json_rows(source, data=rows).frame


def _json_rows(source: UsageSource, *, data: list[dict[str, Any]]) -> RecordsRead:
    """Rows that the interface checked before it kept them; keys as UsageCallIn and UsageDeliveryIn write them."""
    make = _json_call if source.kind == UsageSource.Kind.CALLS else _json_delivery
    rows = [{"row_no": number, **make(row)} for number, row in enumerate(data, start=1)]
    keys = [str(row["record_key"]) for row in rows]
    for row, occurrence in zip(rows, number_occurrences(keys=keys), strict=True):
        row["occurrence"] = occurrence
    schema = {name: kind for name, kind in RECORDS.items() if not rows or name in rows[0]}
    frame = pl.DataFrame(rows, schema=schema)
    if source.kind == UsageSource.Kind.CALLS:
        day = pl.col("started_at").dt.convert_time_zone(source.time_zone).dt.date()
        frame = conform(frame.with_columns(usage_date=day, quantity_micro=pl.col("billable_s") * MICRO))
    else:
        frame = _with_local_noon(frame, zone=source.time_zone)
    totals = {"rows": len(rows), "quantity_sum": str(sum(frame["quantity_micro"].to_list()))}
    return RecordsRead(frame=frame, errors=(), totals=totals, record_count=len(rows))


def _json_call(row: Mapping[str, Any]) -> dict[str, Any]:
    duration, started = row["duration_s"], datetime.fromisoformat(row["started_at"])
    return {
        "record_key": row["record_key"] or natural_call_key(row, started_at=started),
        "keyed_at": None if row["record_key"] else started,
        "caller": row["calling"],
        "called": row["called"],
        "started_at": started,
        "duration_s": duration,
        "billable_s": row["billable_s"],
        "answered": row["answered"],
        "raw": told_text(row),
    }


def natural_call_key(row: Mapping[str, Any], *, started_at: datetime) -> str:
    """The key that the call has in a file of its exchange; rows of yesterday's jobs have no marks."""
    return natural_key(
        parties=(row["calling"], row["called"]),
        started_at=started_at,
        seconds=(row["duration_s"], row["billable_s"]),
        marks=Marks(**{name: row.get(name, "") for name in Marks._fields}),
    )


def _json_delivery(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("account", "service", "item", "quantity_micro", "unit", "performed_on", "document")
    return {
        "record_key": row["record_key"] or _raw(*(row[name] for name in names)),
        "usage_date": date.fromisoformat(row["performed_on"]),
        "account": row["account"],
        "service": row["service"],
        "item": row["item"],
        "unit": row["unit"],
        "quantity_micro": row["quantity_micro"],
        "document": row["document"] or None,
        "raw": told_text(row),
    }


def told_text(row: Mapping[str, Any]) -> str:
    """The row as it came, so that it can be looked at and tried again."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, default=str)


def _raw(*cells: object) -> str:
    return "|".join("" if cell is None else str(cell) for cell in cells)


def conform(frame: pl.DataFrame) -> pl.DataFrame:
    """Exactly the columns of RECORDS; absent ones become null."""
    absent = [pl.lit(None, kind).alias(name) for name, kind in RECORDS.items() if name not in frame.columns]
    return frame.with_columns(absent).select(pl.col(name).cast(kind) for name, kind in RECORDS.items())
