"""Call files described by a profile (JSON, `call_profiles/schema.json`) instead of by code: one line, one call.

A profile marked ASSUMED has a layout nobody confirmed yet; whoever uses it must say so to the operator.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import jsonschema
import polars as pl

from rachun.formats.call_columns import (
    call_problems,
    clock_to_utc,
    finish_calls,
    first_problem,
    is_ambiguous,
    together,
)
from rachun.formats.columnar import ColumnsRead
from rachun.formats.line_blocks import BLOCK_BYTES, LineBlock, line_blocks
from rachun.formats.reading import FileRefused, RowError
from rachun.formats.source import Source, StoredSource, refuse_oversize
from rachun.formats.tables import MAX_LINE
from rachun.formats.typed_columns import check_zone

SHIPPED_PROFILES = ("bgbilling", "m200_ex", "evrokvant", "es11")
Profile = Mapping[str, Any]
_DIGITS_MAX = 12
_SHOWN = {"started_at": "started", "duration": "duration", "billable": "billable_text", "cause": "disposition"}
_NEEDED = (
    *("row_no", "raw", "caller_raw", "called_raw", "started_at", "duration_s", "billable_s", "disposition", "answered"),
    *("trunk_in", "trunk_out", "unique_id", "account_code", "ambiguous", "wrong_field", "wrong_code"),
    *("started", "duration", "billable_text"),
)


def shipped_profile(*, name: str) -> Profile:
    if name not in SHIPPED_PROFILES:
        raise FileRefused(code="unknown_format", params={"format": f"calls:{name}"[:60]})
    return check_profile(profile=_load(f"{name}.json"))


@cache
def _load(file: str) -> dict[str, Any]:
    text = (resources.files("rachun.formats") / "call_profiles" / file).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def check_profile(*, profile: Profile) -> Profile:
    """Raises FileRefused naming the place in the profile that does not fit the schema or another part of it."""
    problem = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(_load("schema.json")).iter_errors(profile)
    )
    if problem is not None:
        raise _profile_wrong("/".join(map(str, problem.absolute_path)) or "profile", problem.message)
    for name, place in profile["fields"].items():
        if "column" in place and place["column"] >= profile.get("columns", 60):
            raise _profile_wrong(f"fields/{name}", "the column lies beyond the columns of the line")
        if "offset" in place and place["offset"] + place["length"] > profile.get("line_length", 2000):
            raise _profile_wrong(f"fields/{name}", "the field lies beyond the line")
    for number, rule in enumerate(profile.get("number_rules", ())):
        try:
            pl.Series(["0"]).str.replace(rule["pattern"], rule["replace"])
        except pl.exceptions.PolarsError as error:
            raise _profile_wrong(f"number_rules/{number}/pattern", "not a pattern") from error
    if "date_format" not in profile or "time_format" not in profile:
        raise _profile_wrong("profile", "date_format and time_format are required")
    return profile


def _profile_wrong(where: str, detail: str) -> FileRefused:
    return FileRefused(code="profile_wrong", params={"where": where, "detail": detail[:120]})


def read_declared_calls(*, source: Source, profile: Profile, zone: str | None = None) -> ColumnsRead:
    """Columns as CALL_COLUMNS. zone: the clock of the exchange, the profile's unless stated."""
    refuse_oversize(source=source)
    return together(parts=list(iterate_declared_calls(source=source, profile=profile, zone=zone)))


def iterate_declared_calls(
    *, source: Source | StoredSource, profile: Profile, zone: str | None = None, block_bytes: int = BLOCK_BYTES
) -> Iterator[ColumnsRead]:
    """The same, part by part as the file is read; `occurrence` counts within a part.

    Raises FileRefused, at the first part unless the trouble lies further on.
    """
    profile = check_profile(profile=profile)
    zone = check_zone(zone=zone or profile.get("zone") or "UTC")
    blocks = line_blocks(source=source, encoding=profile["encoding"], block_bytes=block_bytes)
    is_first = True
    for lines in _records(blocks, profile):
        yield _read_part(lines, profile, zone, is_first=is_first)
        is_first = False
    if is_first:
        raise FileRefused(code="empty_file")


def _read_part(lines: pl.DataFrame, profile: Profile, zone: str, *, is_first: bool) -> ColumnsRead:
    fields = _delimited(lines, profile) if profile["kind"] == "DELIMITED" else _fixed(lines, profile)
    misshapen = fields.filter(~pl.col("whole"))
    if is_first and fields.height == misshapen.height:
        raise _no_line_fits(fields, profile)
    errors = [
        _misshapen(row, found, raw, profile)
        for row, found, raw in misshapen.select("row_no", "found", "raw").iter_rows()
    ]
    judged = _judge(fields.filter(pl.col("whole")) if misshapen.height else fields, profile, zone)
    return finish_calls(judged=judged, errors=errors, shown=_SHOWN, zone=zone, record_count=lines.height)


def _judge(fields: pl.DataFrame, profile: Profile, zone: str) -> pl.DataFrame:
    typed = _type(fields, profile, zone)
    judged = typed.with_columns(first_problem(*call_problems(local_started=pl.col("local_started")), *_cause(profile)))
    return judged.select(pl.col(*_NEEDED))


def _records(blocks: Iterable[LineBlock], profile: Profile) -> Iterator[pl.DataFrame]:
    """row_no and raw of the lines that are records: not the blank ones, nor those that the profile skips at both ends.
    Lines that may be the skipped end are held back until more follow.
    """
    first, final = profile.get("skip_first", 0), profile.get("skip_last", 0)
    held = pl.DataFrame(schema={"raw": pl.String(), "row_no": pl.Int64()})
    for block in blocks:
        lines = _lines(block)
        skipped = min(first, lines.height)
        first -= skipped
        whole = pl.concat([held, lines.slice(skipped)]) if held.height else lines.slice(skipped)
        ready = whole.slice(0, max(0, whole.height - final))
        held = whole.slice(ready.height)
        if ready.height:
            yield ready


def _lines(block: LineBlock) -> pl.DataFrame:
    raw = pl.col("raw")
    frame = pl.read_lines(block.data, name="raw", row_index_name="row_no", row_index_offset=block.first_row)
    frame = frame.select(raw.str.strip_chars_end("\r\x1a"), pl.col("row_no").cast(pl.Int64))
    if frame.select((raw.str.len_bytes() > MAX_LINE).any()).item():  # cheap, and never below the number of characters
        refuse_long_lines(frame["raw"])
    return frame.filter(raw.str.contains(r"\S"))


def refuse_long_lines(lines: pl.Series) -> None:
    if (lines.str.len_chars() > MAX_LINE).any():
        raise FileRefused(code="line_too_long", params={"limit": MAX_LINE})


def _record(profile: Profile) -> pl.Expr:
    record, leading = pl.col("raw"), profile.get("strip_leading")
    return record.str.strip_prefix(leading) if leading else record


def _delimited(lines: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    record = _record(profile)
    if profile["delimiter"] == " ":
        record = record.str.strip_chars(" ").str.replace_all(" +", " ")
    delimiter, count = profile["delimiter"], profile["columns"]
    cell = pl.col("cells").struct
    split = lines.with_columns(record=record).with_columns(cells=pl.col("record").str.split_exact(delimiter, count))
    split = split.with_columns(
        whole=cell.field(f"field_{count - 1}").is_not_null() & cell.field(f"field_{count}").is_null()
    )
    places = {name: _cell(place) for name, place in profile["fields"].items()}
    found = pl.col("record").str.count_matches(delimiter, literal=True).cast(pl.Int64) + 1
    counted = pl.lit(count, pl.Int64) if split["whole"].all() else found  # lines of one shape need no counting
    return split.with_columns(found=counted, **_stripped(places)).drop("cells", "record")


def _cell(place: Mapping[str, int]) -> pl.Expr:
    cell = pl.col("cells").struct.field(f"field_{place['column']}")
    return cell.str.splitn(" ", place["part"] + 2).struct.field(f"field_{place['part']}") if "part" in place else cell


def _fixed(lines: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    sized = lines.with_columns(record=_record(profile)).with_columns(
        found=pl.col("record").str.len_chars().cast(pl.Int64)
    )
    places = {
        name: pl.col("record").str.slice(place["offset"], place["length"]) for name, place in profile["fields"].items()
    }
    return sized.with_columns(whole=pl.col("found") == profile["line_length"], **_stripped(places)).drop("record")


def _stripped(places: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    return {name: place.str.strip_chars(" ") for name, place in places.items()}


def _misshapen(row: int, found: int, raw: str, profile: Profile) -> RowError:
    if profile["kind"] == "DELIMITED":
        params: dict[str, int | str] = {"found": found, "expected": profile["columns"]}
        return RowError(row=row, field="row", code="cell_count", params=params, raw=raw)
    params = {"found": found, "expected": profile["line_length"]}
    return RowError(row=row, field="row", code="line_too_short", params=params, raw=raw)


def _no_line_fits(fields: pl.DataFrame, profile: Profile) -> FileRefused:
    """When not one line has the shape of the profile, it is another kind of file."""
    error = _misshapen(fields["row_no"][0], fields["found"][0], "", profile)
    return FileRefused(code=error.code, row=error.row, params=error.params)


def _type(fields: pl.DataFrame, profile: Profile, zone: str) -> pl.DataFrame:
    names = profile["fields"]
    billable = "billable" if "billable" in names else "duration"
    local = pl.col("local_started")
    typed = _with_local_start(fields, profile).with_columns(
        started_at=clock_to_utc(local=local, zone=zone),
        ambiguous=is_ambiguous(local=local, zone=zone),
        caller_raw=_number("caller", profile),
        called_raw=_number("called", profile),
        billable_text=pl.col(billable),
        duration_s=_seconds("duration", profile),
        billable_s=_seconds(billable, profile),
        disposition=pl.col("cause") if "cause" in names else pl.lit(None, dtype=pl.String),
    )
    is_answered = pl.col("billable_s") > 0
    if "answered_causes" in profile and "cause" in names:
        is_answered &= pl.col("cause").is_in(profile["answered_causes"])
    answered = typed.with_columns(answered=is_answered).with_columns(
        billable_s=pl.when("answered").then("billable_s").otherwise(pl.col("billable_s") * 0)
    )
    absent = [name for name in ("trunk_in", "trunk_out", "unique_id", "account_code") if name not in names]
    return answered.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)


def _with_local_start(fields: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Adds started, as it is written, and local_started; a step of its own, so that each instant is read once."""
    written = fields.with_columns(started=pl.concat_str("started_date", "started_time", separator="T"))
    layout = f"{profile['date_format']}T{profile['time_format']}"
    local = pl.col("local_started")
    read = written.with_columns(
        local_started=pl.col("started").str.to_datetime(layout, time_unit="us", strict=False, exact=True)
    )
    return read.with_columns(local_started=pl.when(local.dt.year().is_between(1990, 2099)).then(local))


def _number(name: str, profile: Profile) -> pl.Expr:
    number = pl.col(name)
    for rule in profile.get("number_rules", ()):
        if rule["field"] == name:
            number = number.str.replace(rule["pattern"], rule["replace"])
    return number


def _seconds(name: str, profile: Profile) -> pl.Expr:
    """Whole seconds; part of a second counts as one, as a meter of time that has begun."""
    text = pl.col(name)
    if profile["duration_unit"] == "HH:MM:SS":
        parts = [
            text.str.extract(r"^([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])$", n).cast(pl.Int64, strict=False)
            for n in (1, 2, 3)
        ]
        return parts[0] * 3600 + parts[1] * 60 + parts[2]
    is_plain = (text.str.len_bytes() <= _DIGITS_MAX) & ~text.str.starts_with("-") & ~text.str.starts_with("+")
    whole = pl.when(is_plain).then(text).cast(pl.Int64, strict=False)
    return (whole + 999) // 1000 if profile["duration_unit"] == "MS" else whole


def _cause(profile: Profile) -> list[tuple[pl.Expr, str, str]]:
    known = profile.get("causes")
    if not known or "cause" not in profile["fields"]:
        return []
    return [(~pl.col("disposition").is_in(list(known)), "cause", "unknown_cause")]
