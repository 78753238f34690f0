"""Green Button (ESPI, NAESB REQ.21) usage XML: an Atom feed of reading types and interval blocks → interval series.

The links of the feed say which reading type an interval block belongs to: block `up` → MeterReading/…/IntervalBlock,
the meter reading's `related` → ReadingType/…. Times are seconds since 1970 in UTC.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree

from rachun.formats.reading import FileRefused, ReadResult, RowError, Total
from rachun.formats.safe_xml import parse_xml
from rachun.formats.source import Source

_ATOM, _ESPI = "{http://www.w3.org/2005/Atom}", "{http://naesb.org/espi}"
_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
_UNITS = {"72": "Wh", "73": "varh", "71": "VAh", "38": "W", "42": "m3", "119": "ft3", "134": "L", "169": "therm"}
_POWERS = range(-12, 13)
_LATEST_S = 4_102_444_800  # 2100
_LONGEST_S = 366 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingType:
    """What the numbers mean. value × 10^power is in `unit`; commodity and flow_direction as ESPI numbers them."""

    href: str
    unit: str
    power_of_ten: int
    interval_s: int | None
    commodity: str | None
    flow_direction: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalValue:
    """row: line of the XML. value: in the unit, multiplied out. cost: as sent, in hundred-thousandths of currency."""

    row: int
    meter_reading: str
    reading_type: str
    started_at: datetime
    duration_s: int
    value: Decimal
    unit: str
    quality: str | None
    cost: int | None


def read_green_button(*, source: Source) -> ReadResult[IntervalValue]:
    root = parse_xml(source=source)
    if root.tag != f"{_ATOM}feed":
        raise FileRefused(code="not_green_button")
    errors: list[RowError] = []
    entries = list(root.iter(f"{_ATOM}entry"))
    types = dict(_reading_types(entries, errors))
    type_of_reading = _links_of_readings(entries)
    blocks = [entry for entry in entries if entry.find(f".//{_ESPI}IntervalBlock") is not None]
    if not blocks:
        raise FileRefused(code="not_green_button")
    rows: list[IntervalValue] = []
    count = 0
    for entry in blocks:
        meter_reading = _link(entry, "up").removesuffix("/IntervalBlock")
        kind = types.get(type_of_reading.get(meter_reading, ""))
        for element in entry.iter(f"{_ESPI}IntervalReading"):
            count += 1
            _read_interval(element, meter_reading, kind, rows, errors)
    unique, repeated = _first_of_each(rows)
    errors += repeated
    return ReadResult(
        rows=tuple(unique),
        errors=tuple(sorted(errors, key=lambda error: error.row)),
        totals=_totals(unique),
        record_count=count,
    )


def _link(entry: etree._Element, relation: str) -> str:
    return next((link.get("href", "") for link in entry.findall(f"{_ATOM}link") if link.get("rel") == relation), "")


def _links_of_readings(entries: list[etree._Element]) -> dict[str, str]:
    """MeterReading href → ReadingType href."""
    found = {}
    for entry in entries:
        if entry.find(f".//{_ESPI}MeterReading") is None:
            continue
        related = [link.get("href", "") for link in entry.findall(f"{_ATOM}link") if link.get("rel") == "related"]
        found[_link(entry, "self")] = next((href for href in related if "/ReadingType/" in href), "")
    return found


def _reading_types(entries: list[etree._Element], errors: list[RowError]) -> Iterator[tuple[str, ReadingType]]:
    for entry in entries:
        element = entry.find(f".//{_ESPI}ReadingType")
        if element is None:
            continue
        row, href, unit = _row(element), _link(entry, "self"), _text(element, "uom")
        power = _integer(element, "powerOfTenMultiplier", default="0")
        if unit not in _UNITS:
            params: dict[str, int | str] = {"value": str(unit)[:20], "what": "unit"}
            errors.append(RowError(row=row, field="uom", code="unknown_code", params=params))
        elif power is None or power not in _POWERS:
            params = {"value": str(_text(element, "powerOfTenMultiplier"))[:20], "what": "power of ten"}
            errors.append(RowError(row=row, field="powerOfTenMultiplier", code="unknown_code", params=params))
        else:
            yield (
                href,
                ReadingType(
                    href=href,
                    unit=_UNITS[unit],
                    power_of_ten=power,
                    interval_s=_integer(element, "intervalLength"),
                    commodity=_text(element, "commodity"),
                    flow_direction=_text(element, "flowDirection"),
                ),
            )


def _read_interval(
    element: etree._Element,
    meter_reading: str,
    kind: ReadingType | None,
    rows: list[IntervalValue],
    errors: list[RowError],
) -> None:
    row = _row(element)
    if kind is None:
        params: Mapping[str, int | str] = {"what": "reading type"}
        errors.append(RowError(row=row, field="reading_type", code="missing_reference", params=params))
        return
    numbers = {
        "start": _integer(element, "timePeriod/start"),
        "duration": _integer(element, "timePeriod/duration"),
        "value": _integer(element, "value"),
    }
    start, duration, value = numbers.values()
    limits = {"start": _LATEST_S, "duration": _LONGEST_S}
    wrong = [name for name, number in numbers.items() if number is None]
    wrong += [name for name, limit in limits.items() if (found := numbers[name]) is not None and not 0 < found <= limit]
    for name in wrong:
        written = {"value": str(_text(element, name if name == "value" else f"timePeriod/{name}"))[:40]}
        errors.append(RowError(row=row, field=name, code="not_an_integer", params=written))
    if wrong or start is None or duration is None or value is None:
        return
    rows.append(
        IntervalValue(
            row=row,
            meter_reading=meter_reading,
            reading_type=kind.href,
            started_at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=start),
            duration_s=duration,
            value=Decimal(value).scaleb(kind.power_of_ten),
            unit=kind.unit,
            quality=_text(element, "ReadingQuality/quality"),
            cost=_integer(element, "cost"),
        )
    )


def _first_of_each(rows: list[IntervalValue]) -> tuple[list[IntervalValue], list[RowError]]:
    first: dict[tuple[str, datetime], int] = {}
    unique, repeated = [], []
    for row in rows:
        first_row = first.setdefault((row.meter_reading, row.started_at), row.row)
        if first_row == row.row:
            unique.append(row)
        else:
            params: dict[str, int | str] = {"what": "interval", "first_row": first_row}
            repeated.append(RowError(row=row.row, field="start", code="duplicate", params=params))
    return unique, repeated


def _row(element: etree._Element) -> int:
    line: Any = element.sourceline  # the stubs leave its type out
    return int(line or 0)


def _text(element: etree._Element, path: str) -> str | None:
    found = element.find("/".join(f"{_ESPI}{step}" for step in path.split("/")))
    return None if found is None or found.text is None else found.text.strip()


def _integer(element: etree._Element, path: str, *, default: str = "") -> int | None:
    text = _text(element, path) or default
    return int(text) if _INTEGER.fullmatch(text) else None


def _totals(rows: list[IntervalValue]) -> dict[str, Total]:
    totals: dict[str, Total] = {"rows": len(rows), "meter_readings": len({row.meter_reading for row in rows})}
    for unit in sorted({row.unit for row in rows}):
        totals[f"sum_{unit}"] = sum((row.value for row in rows if row.unit == unit), Decimal(0))
    if rows:
        totals["earliest_at"] = min(row.started_at for row in rows).isoformat()
        totals["latest_at"] = max(row.started_at for row in rows).isoformat()
    return totals
