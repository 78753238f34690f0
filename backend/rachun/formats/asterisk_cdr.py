"""Asterisk cdr-csv, Master.csv: no header, quoted, 18 columns (16 or 17 where unique id or user field are off).

The columns stand in the order of cdr_csv.c: accountcode, src, dst, dcontext, clid, channel, dstchannel, lastapp,
lastdata, start, answer, end, duration, billsec, disposition, amaflags, uniqueid, userfield.
"""

from collections.abc import Iterator

import polars as pl

from rachun.formats.call_columns import call_problems, clock_to_utc, finish_calls, first_problem, is_ambiguous
from rachun.formats.columnar import ColumnsRead
from rachun.formats.reading import FileRefused, RowError
from rachun.formats.source import Source, read_text
from rachun.formats.tables import MAX_ROWS, csv_records
from rachun.formats.typed_columns import check_zone, local_clock

_COLUMNS = (
    *("account_code", "caller", "called", "context", "caller_id", "channel", "dst_channel", "last_app", "last_data"),
    *("start", "answer", "end", "duration", "billsec", "disposition", "ama_flags", "unique_id", "user_field"),
)
_FEWEST_COLUMNS = 16
_SLICE_ROWS = 50_000
_NOT_KEPT = ("context", "caller_id", "last_app", "last_data", "ama_flags", "user_field", "local_started", "local_ended")
_SHOWN = {
    "started_at": "start",
    "answered_at": "answer",
    "ended_at": "end",
    "billable": "billsec",
    "duration": "duration",
    "disposition": "disposition",
    "called": "called",
}
_DISPOSITIONS = ["ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"]
_CLOCK_TOLERANCE_S, _CLOCK_CHANGE_S = 2, 3600


def read_asterisk_cdr(*, source: Source, zone: str) -> ColumnsRead:
    """Columns as CALL_COLUMNS; trunk_in and trunk_out are the channels. zone: the clock of the exchange."""
    zone = check_zone(zone=zone)
    text = read_text(source=source).text
    errors: list[RowError] = []
    parts, count = [], 0
    for frame, seen in _string_frames(text, errors):
        parts.append(_judge(frame, zone))
        count = seen
    return finish_calls(judged=pl.concat(parts), errors=errors, shown=_SHOWN, zone=zone, record_count=count)


def _judge(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    local = {name: local_clock(pl.col(name)) for name in ("start", "answer", "end")}
    typed = frame.with_columns(
        caller_raw=pl.col("caller"),
        called_raw=pl.col("called"),
        local_started=local["start"],
        local_ended=local["end"],
        started_at=clock_to_utc(local=local["start"], zone=zone),
        answered_at=clock_to_utc(local=local["answer"], zone=zone),
        ended_at=clock_to_utc(local=local["end"], zone=zone),
        ambiguous=is_ambiguous(local=local["start"], zone=zone),
        duration_s=_seconds("duration"),
        billable_s=_seconds("billsec"),
        answered=pl.col("disposition") == "ANSWERED",
        trunk_in=pl.col("channel"),
        trunk_out=pl.col("dst_channel"),
    )
    judged = typed.with_columns(first_problem(*call_problems(local_started=pl.col("local_started")), *_own_problems()))
    return judged.drop(*_NOT_KEPT)


def _own_problems() -> list[tuple[pl.Expr, str, str]]:
    off = ((pl.col("local_ended") - pl.col("local_started")).dt.total_seconds() - pl.col("duration_s")).abs()
    fits = (off <= _CLOCK_TOLERANCE_S) | ((off - _CLOCK_CHANGE_S).abs() <= _CLOCK_TOLERANCE_S)
    return [
        (~pl.col("disposition").is_in(_DISPOSITIONS), "disposition", "unknown_code"),
        (pl.col("answered_at").is_null() & (pl.col("answer") != ""), "answered_at", "not_an_instant"),
        (pl.col("answered") & pl.col("answered_at").is_null(), "answered_at", "required"),
        (pl.col("ended_at").is_null(), "ended_at", "not_an_instant"),
        (~pl.col("answered") & (pl.col("billable_s") > 0), "billable", "duration_mismatch"),
        (~fits, "duration", "duration_mismatch"),
    ]


def _string_frames(text: str, errors: list[RowError]) -> Iterator[tuple[pl.DataFrame, int]]:
    """Frames of at most _SLICE_ROWS records and how many records were seen so far; misshapen ones go to errors."""
    schema = {"row_no": pl.Int64(), **dict.fromkeys(_COLUMNS, pl.String()), "raw": pl.String()}
    records: list[tuple[int | str, ...]] = []
    count = 0
    for row, cells, raw in csv_records(text=text, delimiter=","):
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise FileRefused(code="too_many_rows", row=row, params={"limit": MAX_ROWS})
        if not _FEWEST_COLUMNS <= len(cells) <= len(_COLUMNS):
            params: dict[str, int | str] = {"found": len(cells), "expected": len(_COLUMNS)}
            errors.append(RowError(row=row, field="row", code="cell_count", params=params))
            continue
        absent = [""] * (len(_COLUMNS) - len(cells))
        records.append((row, *(cell.strip() for cell in cells), *absent, raw))
        if len(records) >= _SLICE_ROWS:
            yield pl.DataFrame(records, schema=schema, orient="row"), count
            records = []
    if count and len(errors) == count:
        raise FileRefused(code="cell_count", row=errors[0].row, params=errors[0].params)
    yield pl.DataFrame(records, schema=schema, orient="row"), count


def _seconds(name: str) -> pl.Expr:
    return pl.col(name).str.extract(r"^([0-9]{1,9})$").cast(pl.Int64, strict=False)
