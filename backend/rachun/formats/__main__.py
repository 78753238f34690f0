"""python -m rachun.formats read FORMAT FILE: what a file says, one JSON line per row and error, and last the sums."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from rachun.formats.columnar import ColumnsRead
from rachun.formats.declared_calls import read_declared_calls
from rachun.formats.reading import FileRefused, RowError
from rachun.formats.registry import FORMATS, Outcome, get_format
from rachun.formats.source import MAX_FILE_BYTES, Source

DEFAULT_ZONE = "Europe/Kyiv"


def main(*, arguments: list[str], out: TextIO) -> int:
    """0: every row understood. 1: the file was refused, or rows had errors. 2: the command itself is wrong."""
    options = _parser().parse_args(arguments)
    if options.action == "list":
        for format_ in FORMATS.values():
            _print(out, {"format": format_.name, "title": format_.title, "note": format_.note})
        return 0
    try:
        outcome = _read(options)
    except FileRefused as refused:
        told = {"row": refused.row, "code": refused.code, "message": str(refused)}
        _print(out, {"format": options.format, "refused": told})
        return 1
    except OSError as error:
        _print(out, {"format": options.format, "refused": {"code": "unreadable", "message": str(error)}})
        return 1
    for row in _rows(outcome):
        _print(out, row)
    for row_error in outcome.errors:
        _print(out, _told(row_error))
    rows = outcome.frame.height if isinstance(outcome, ColumnsRead) else len(outcome.rows)
    errors = len(outcome.errors)
    _print(out, {"format": options.format, "rows": rows, "errors": errors, "totals": dict(outcome.totals)})
    return 1 if errors else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rachun.formats", description="Read a file of a known format and show it.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="the formats that are read")
    read = actions.add_parser("read", help="read a file")
    read.add_argument("format")
    read.add_argument("file", type=Path)
    read.add_argument("--encoding")
    read.add_argument("--profile", type=Path, help="a call profile as JSON, with FORMAT calls")
    read.add_argument("--zone", help=f"time zone of local times; without it {DEFAULT_ZONE} or the profile's")
    return parser


def _read(options: argparse.Namespace) -> Outcome:
    with options.file.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    source = Source(name=options.file.name, data=data, encoding=options.encoding)
    if options.profile is None:
        return get_format(name=options.format).read(source, options.zone or DEFAULT_ZONE)
    try:
        profile = json.loads(options.profile.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FileRefused(code="profile_wrong", params={"where": "file", "detail": str(error)[:120]}) from error
    return read_declared_calls(source=source, profile=profile, zone=options.zone)


def _rows(outcome: Outcome) -> Iterator[dict[str, Any]]:
    if isinstance(outcome, ColumnsRead):
        yield from outcome.frame.iter_rows(named=True)
    else:
        yield from _as_dicts(outcome.rows)


def _as_dicts(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield asdict(row)


def _told(error: RowError) -> dict[str, Any]:
    return {"row": error.row, "field": error.field, "code": error.code, "message": error.message_en}


def _print(out: TextIO, line: dict[str, Any]) -> None:
    out.write(json.dumps(line, ensure_ascii=False, default=_json_value) + "\n")


def _json_value(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row")


if __name__ == "__main__":
    sys.exit(main(arguments=sys.argv[1:], out=sys.stdout))
