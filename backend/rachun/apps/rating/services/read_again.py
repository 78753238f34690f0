"""Raw lines of records, read once more by their source's own reader, each held to its record.

What a profile skips at both ends of a file is put back as filler, so every line is read as it was when it came. A line
that its reader refuses now is told by its record, with the reason: nobody could work its price out from it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from rachun.apps.rating.records import conform, iterate_records
from rachun.apps.rating.services.release_suspended import call_of
from rachun.apps.usage.models import UsageRecord, UsageSource
from rachun.formats.declared_calls import shipped_profile
from rachun.formats.reading import FileRefused
from rachun.formats.source import Source

_FILLER: Final = "-"
_NO_ROW: Final = "not_read"
_BROKEN_JSON: Final = (ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAgain:
    """frame: RECORDS, one row a record, in their order. refused: place of a record → code of what is wrong with its
    line; the record's own fields stand in the frame for it.
    """

    frame: pl.DataFrame
    refused: Mapping[int, str]


def read_again(*, source: UsageSource, records: Sequence[UsageRecord]) -> ReadAgain:
    """records: calls of one source. They may have come in files, by the interface, or both."""
    places = range(len(records))
    by_interface = [place for place in places if records[place].raw.startswith("{")]
    of_files = [place for place in places if not records[place].raw.startswith("{")]
    refused: dict[int, str] = {}
    frames: list[pl.DataFrame] = []
    for listed, is_json in ((by_interface, True), (of_files, False)):
        frames += _parts(source, [(place, records[place].raw) for place in listed], refused=refused, is_json=is_json)
    told = [call_of(records[place]) | {"place": place} for place in sorted(refused)]
    if told:
        own = pl.DataFrame(told)
        frames.append(conform(own.drop("place")).with_columns(place=own["place"]))
    return ReadAgain(frame=pl.concat(frames).sort("place").drop("place"), refused=refused)


Line = tuple[int, str]  # place of the record, its raw line


def _parts(source: UsageSource, lines: Sequence[Line], *, refused: dict[int, str], is_json: bool) -> list[pl.DataFrame]:
    """RECORDS and place of the lines that can be read; the others go to `refused`.

    Where one line spoils all of them (a quote that never ends), the halves are read by themselves down to that line.
    """
    if not lines:
        return []
    try:
        found, wrong = _json_lines(source, lines) if is_json else _file_lines(source, lines)
    except FileRefused as refusal:
        if len(lines) == 1:
            refused[lines[0][0]] = refusal.code
            return []
        half = len(lines) // 2
        halves = (lines[:half], lines[half:])
        return [frame for part in halves for frame in _parts(source, part, refused=refused, is_json=is_json)]
    read = set(found["place"].to_list())
    refused.update({place: wrong.get(place, _NO_ROW) for place, _ in lines if place not in read})
    return [found]


def _file_lines(source: UsageSource, lines: Sequence[Line]) -> tuple[pl.DataFrame, dict[int, str]]:
    before, after = _skipped(source)
    row, places = before + 1, {}
    for place, raw in lines:
        places[row] = place
        row += raw.count("\n") + 1
    text = "\n".join([*[_FILLER] * before, *(raw for _, raw in lines), *[_FILLER] * after, ""])
    read = list(iterate_records(source=source, file=Source(name="raw", data=text.encode(), encoding="utf-8")))
    wrong = {places[error.row]: error.code for part in read for error in part.errors if error.row in places}
    return _placed(pl.concat([part.frame for part in read]), places), wrong


def _skipped(source: UsageSource) -> tuple[int, int]:
    """How many lines of a file's ends are no calls."""
    if not source.format.startswith("calls:"):
        return 0, 0
    name = source.format.removeprefix("calls:")
    profile = (source.profile or {}) if name == "declared" else shipped_profile(name=name)
    return profile.get("skip_first", 0), profile.get("skip_last", 0)


def _json_lines(source: UsageSource, lines: Sequence[Line]) -> tuple[pl.DataFrame, dict[int, str]]:
    text = f"[{','.join(raw for _, raw in lines)}]"
    try:
        json.loads(text)
        read = list(iterate_records(source=source, file=Source(name="raw", data=text.encode()), is_json=True))
    except _BROKEN_JSON as fault:
        raise FileRefused(code="broken_json", params={"detail": type(fault).__name__}) from fault
    places = {number: place for number, (place, _) in enumerate(lines, start=1)}
    return _placed(pl.concat([part.frame for part in read]), places), {}


def _placed(frame: pl.DataFrame, places: Mapping[int, int]) -> pl.DataFrame:
    known = pl.DataFrame(
        {"row_no": list(places), "place": list(places.values())}, schema={"row_no": pl.Int64, "place": pl.Int64}
    )
    return conform(frame).join(known, on="row_no")
