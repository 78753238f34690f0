"""The columns every call format is brought to, and the typing of them that all call formats share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC as UTC_ZONE
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

import polars as pl

from rachun.formats.columnar import ColumnsRead
from rachun.formats.keys import occurrence_column
from rachun.formats.reading import RowError, Total
from rachun.formats.typed_columns import UTC

# disposition: as the exchange says it (its cause code or word).  billable_s: time talked, for which is paid.
CALL_COLUMNS = {
    "row_no": pl.Int64(),
    "record_key": pl.String(),
    "occurrence": pl.Int32(),
    "caller_raw": pl.String(),
    "called_raw": pl.String(),
    "started_at": UTC,
    "answered_at": UTC,
    "ended_at": UTC,
    "duration_s": pl.Int64(),
    "billable_s": pl.Int64(),
    "disposition": pl.String(),
    "answered": pl.Boolean(),
    "trunk_in": pl.String(),
    "trunk_out": pl.String(),
    "unique_id": pl.String(),
    "account_code": pl.String(),
    "raw": pl.String(),
}

CALL_DURATION_MAX_S = 7 * 86_400


class Marks(NamedTuple):
    """What an exchange writes beside a call and that tells it from others; empty where it writes nothing."""

    trunk_in: str = ""
    trunk_out: str = ""
    disposition: str = ""
    unique_id: str = ""


def clock_to_utc(*, local: pl.Expr, zone: str) -> pl.Expr:
    """An exchange writes the local clock. The hour that comes twice in autumn is taken as its first coming, since the
    line does not say; the count of such calls is in the totals. A time the clock never shows gives null.
    """
    return local.map_batches(partial(_utc_of, zone=zone), return_dtype=UTC)


def is_ambiguous(*, local: pl.Expr, zone: str) -> pl.Expr:
    return local.map_batches(partial(_is_twice, zone=zone), return_dtype=pl.Boolean())


def _utc_of(local: pl.Series, *, zone: str) -> pl.Series:
    known = _by_minute(local, zone=zone)
    return known.select(pl.col("utc") + (pl.col("local") - pl.col("minute"))).to_series()


def _is_twice(local: pl.Series, *, zone: str) -> pl.Series:
    return _by_minute(local, zone=zone)["is_twice"].fill_null(value=False)


def _by_minute(local: pl.Series, *, zone: str) -> pl.DataFrame:
    """local, minute, utc and is_twice of the minute. Clocks change on whole minutes, and calls share their minutes, so
    the rules of the zone are asked once for each.
    """
    clock = local.alias("local").to_frame().with_columns(minute=pl.col("local").dt.truncate("1m"))
    minute = pl.col("minute")
    first = minute.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    once = minute.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    minutes = clock.select(minute.drop_nulls().unique()).with_columns(
        utc=first.dt.convert_time_zone("UTC"), is_twice=once.is_null() & first.is_not_null()
    )
    return clock.join(minutes, on="minute", how="left", maintain_order="left")


def first_problem(*problems: tuple[pl.Expr, str, str]) -> list[pl.Expr]:
    """From (is wrong, field, code) in order of importance: the columns `wrong_field` and `wrong_code`."""
    field: Any = pl
    code: Any = pl
    for wrong, name, reason in problems:
        field, code = field.when(wrong).then(pl.lit(name)), code.when(wrong).then(pl.lit(reason))
    return [field.otherwise(None).alias("wrong_field"), code.otherwise(None).alias("wrong_code")]


def call_problems(*, local_started: pl.Expr) -> list[tuple[pl.Expr, str, str]]:
    """What can be wrong with a call in any format; needs the typed columns of CALL_COLUMNS and the local start."""
    longest = pl.lit(CALL_DURATION_MAX_S)
    return [
        (pl.col("called_raw").fill_null("") == "", "called", "required"),
        (local_started.is_null(), "started_at", "not_an_instant"),
        (pl.col("started_at").is_null(), "started_at", "time_missing_in_zone"),
        (pl.col("duration_s").is_null(), "duration", "not_an_integer"),
        (pl.col("billable_s").is_null(), "billable", "not_an_integer"),
        (pl.col("duration_s") > longest, "duration", "number_too_large"),
        (pl.col("billable_s") > pl.col("duration_s"), "billable", "duration_mismatch"),
    ]


def finish_calls(
    *, judged: pl.DataFrame, errors: list[RowError], shown: dict[str, str], zone: str, record_count: int
) -> ColumnsRead:
    """Split the judged frame into calls with keys and errors. shown: field → column holding what the file wrote."""
    wrong = judged.filter(pl.col("wrong_code").is_not_null())
    for record in wrong.iter_rows(named=True):
        field, code = record["wrong_field"], record["wrong_code"]
        written = str(record.get(shown.get(field, "")) or "")[:60]
        params: dict[str, int | str] = {"value": written, "duration": written, "zone": zone, "what": field}
        raw = str(record.get("raw") or "")
        errors.append(RowError(row=record["row_no"], field=field, code=code, params=params, raw=raw))
    kept = judged.filter(pl.col("wrong_code").is_null()).with_columns(
        [pl.lit(None).alias(name) for name in CALL_COLUMNS if name not in judged.columns]
    )
    keyed = numbered(kept.with_columns(record_key=_natural_key()))
    frame = keyed.select(pl.col(name).cast(kind) for name, kind in CALL_COLUMNS.items())
    totals = _totals(frame) | {"ambiguous_local_times": int(kept["ambiguous"].sum())}
    return ColumnsRead(
        frame=frame,
        errors=tuple(sorted(errors, key=lambda error: error.row)),
        totals=totals,
        record_count=record_count,
    )


def numbered(keyed: pl.DataFrame) -> pl.DataFrame:
    """Adds `occurrence`. Hashes that all differ show at a tenth of the cost that no key comes twice."""
    if keyed["record_key"].hash().n_unique() == keyed.height:
        return keyed.with_columns(occurrence=pl.lit(1, pl.Int32))
    return keyed.with_columns(occurrence=occurrence_column(key="record_key"))


def together(*, parts: Sequence[ColumnsRead]) -> ColumnsRead:
    """Parts of one file as one; `occurrence` counts through the whole of it."""
    if len(parts) == 1:
        return parts[0]
    frame = numbered(pl.concat([part.frame for part in parts]))
    return ColumnsRead(
        frame=frame.select(CALL_COLUMNS.keys()),
        errors=tuple(error for part in parts for error in part.errors),
        totals=summed_totals([part.totals for part in parts]),
        record_count=sum(part.record_count for part in parts),
    )


def summed_totals(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts and sums add up; of instants the earliest and the latest remain."""
    whole: dict[str, Any] = {}
    for totals in parts:
        for name, value in totals.items():
            known = whole.get(name)
            if known is None:
                whole[name] = value
            elif name == "earliest_at":
                whole[name] = min(known, value)
            elif name == "latest_at":
                whole[name] = max(known, value)
            else:
                whole[name] = known + value
    return whole


def natural_key(*, parties: tuple[str, str], started_at: datetime, seconds: tuple[int, int], marks: Marks) -> str:
    """The key of one call that came by itself: the one it has in a file. seconds: duration, billable."""
    start = started_at.astimezone(UTC_ZONE).replace(tzinfo=None)
    part = "seconds" if not start.microsecond else "microseconds" if start.microsecond % 1000 else "milliseconds"
    return "|".join((*parties, f"{start.isoformat(timespec=part)}Z", *map(str, seconds), *marks))


def _natural_key() -> pl.Expr:
    """The same call gives the same key whichever file it comes in; the number of equal ones is `occurrence`."""
    return pl.concat_str(
        "caller_raw",
        "called_raw",
        pl.col("started_at").dt.replace_time_zone(None).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"),
        pl.col("duration_s").cast(pl.String),
        pl.col("billable_s").cast(pl.String),
        pl.col("trunk_in").cast(pl.String).fill_null(""),
        pl.col("trunk_out").cast(pl.String).fill_null(""),
        pl.col("disposition").cast(pl.String).fill_null(""),
        pl.col("unique_id").cast(pl.String).fill_null(""),
        separator="|",
    )


def _totals(frame: pl.DataFrame) -> dict[str, Total | Decimal]:
    totals: dict[str, Total | Decimal] = {
        "rows": frame.height,
        "answered": int(frame["answered"].sum()),
        "duration_s_sum": int(frame["duration_s"].sum()),
        "billable_s_sum": int(frame["billable_s"].sum()),
    }
    if frame.height:
        totals["earliest_at"] = str(frame["started_at"].min())
        totals["latest_at"] = str(frame["started_at"].max())
    return totals
