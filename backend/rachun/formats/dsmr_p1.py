"""DSMR P1 telegrams (NTA 8130 v2.2, DSMR v4 and v5, and the Belgian and Luxembourg dialects): what a smart meter says.

A telegram is `/`, identification, blank line, data lines `OBIS(value*unit)`, then `!` and, since v4, a CRC16 in hex of
everything from `/` to `!` (polynomial 0xA001 reflected, start 0). Source: DSMR P1 companion standard 5.0.2, chapter 6.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from rachun.formats.reading import FileRefused, ReadResult, RowError
from rachun.formats.source import Source, read_text

MAX_TELEGRAMS = 100_000
_OBIS = re.compile(r"(\d{1,3})-(\d{1,3}):(\d{1,3}\.\d{1,3}\.\d{1,3})((?:\([^()]*\))+)", re.ASCII)
_GROUP = re.compile(r"\(([^()]*)\)")
_QUANTITY = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\*([A-Za-z0-9]{1,8})", re.ASCII)
_PLAIN = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_INSTANT = re.compile(r"\d{12}[SW]?", re.ASCII)
_SERIALS = ("96.1.1", "96.1.0")
_HISTORIES = frozenset({"98.1.0", "99.97.0"})  # lists of past maxima and failures: not a reading of a register now
_VERSION_LINES = ("1-3:0.2.8(", "0-0:96.1.4(")  # only versions that also have a checksum say their version
_STAMPED_GROUPS = 2  # instant and value
_OLD_MBUS_GROUPS = 6  # v2.2: instant, status, period, count, obis, unit; the value stands on the next line


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterValue:
    """One register as one telegram states it.

    channel: 0 the meter itself, 1–4 a meter behind it on M-Bus.  equipment_id: None when the telegram gives none.
    local_at: clock of the meter without a zone; summer_time: its S or W flag, None when the telegram has no flag.
    """

    row: int
    telegram: int
    channel: int
    equipment_id: str | None
    device_type: int | None
    obis: str
    value: Decimal
    unit: str
    local_at: datetime | None
    summer_time: bool | None


@dataclass(slots=True, kw_only=True)
class _Telegram:
    """What is known of a telegram while its lines are read."""

    number: int
    clock: tuple[datetime, bool | None] | None
    equipment: dict[int, str]
    device_types: dict[int, int]


def read_dsmr_p1(*, source: Source) -> ReadResult[RegisterValue]:
    """Read one or many telegrams. Raises FileRefused on a truncated telegram or a wrong checksum: a damaged
    telegram is worth nothing in part.
    """
    read_text(source=Source(name=source.name, data=source.data, encoding="ascii"))
    rows: list[RegisterValue] = []
    errors: list[RowError] = []
    count = 0
    for number, (first_row, lines) in enumerate(_telegrams(source.data), start=1):
        count += 1
        if count > MAX_TELEGRAMS:
            raise FileRefused(code="too_many_rows", row=first_row, params={"limit": MAX_TELEGRAMS})
        _read_telegram(number, first_row, lines, rows, errors)
    kept = tuple(rows)
    return ReadResult(
        rows=kept, errors=tuple(errors), totals=_totals(kept, telegrams=count), record_count=len(rows) + len(errors)
    )


def _telegrams(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each telegram as its first row and its lines from the identification to `!`, checked against its CRC."""
    position, row = 0, 1
    while position < len(data):
        start = data.find(b"/", position)
        between = data[position : start if start >= 0 else len(data)]
        if between.strip():
            raise FileRefused(code="not_a_telegram", row=row)
        if start < 0:
            return
        row += between.count(b"\n")
        closing = re.compile(rb"\n!([^\r\n]*)").search(data, start)
        if closing is None:
            raise FileRefused(code="telegram_truncated", row=row)
        body = data[start : closing.start() + 2]
        lines = body.decode("ascii").splitlines()
        _check_sum(body, closing.group(1).decode("ascii").strip(), lines, row + body.count(b"\n"))
        yield row, lines
        row += body.count(b"\n")
        position = closing.end()


def _check_sum(body: bytes, stated: str, lines: list[str], row: int) -> None:
    if not stated:
        if any(line.startswith(_VERSION_LINES) for line in lines):
            raise FileRefused(code="checksum_missing", row=row)
        return
    computed = f"{crc16(data=body):04X}"
    if stated.upper() != computed:
        raise FileRefused(code="checksum_mismatch", row=row, params={"stated": stated[:16], "computed": computed})


def crc16(*, data: bytes) -> int:
    """CRC-16/ARC."""
    register = 0
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


def _read_telegram(
    number: int, first_row: int, lines: list[str], rows: list[RegisterValue], errors: list[RowError]
) -> None:
    parsed = list(_data_lines(first_row, lines, errors))
    telegram = _head(number, parsed, errors)
    for row, medium, channel, obis, groups in parsed:
        try:
            value = _register(row, (medium, channel, obis), groups, telegram)
        except ValueError:
            errors.append(RowError(row=row, field=obis, code="not_an_obis", params={"value": "".join(groups)[:80]}))
        else:
            if value is not None:
                rows.append(value)


_Line = tuple[int, str, int, str, list[str]]


def _data_lines(first_row: int, lines: list[str], errors: list[RowError]) -> Iterator[_Line]:
    """row, medium, channel, OBIS C.D.E and the bracketed groups of each data line; a v2.2 value line is joined."""
    index = 1
    while index < len(lines) - 1:
        text, row = lines[index].strip(), first_row + index
        index += 1
        if not text:
            continue
        match = _OBIS.fullmatch(text)
        if match is None:
            errors.append(RowError(row=row, field="line", code="not_an_obis", params={"value": text[:80]}))
            continue
        groups = _GROUP.findall(match.group(4))
        if len(groups) == _OLD_MBUS_GROUPS and index < len(lines) - 1 and lines[index].startswith("("):
            groups += _GROUP.findall(lines[index])
            index += 1
        yield row, match.group(1), int(match.group(2)), match.group(3), groups


def _head(number: int, parsed: list[_Line], errors: list[RowError]) -> _Telegram:
    telegram = _Telegram(number=number, clock=None, equipment={}, device_types={})
    for row, medium, channel, obis, groups in parsed:
        if medium != "0":
            continue
        try:
            if obis == "1.0.0" and channel == 0:
                telegram.clock = _instant(groups[0])
            elif obis in _SERIALS and groups[0]:
                telegram.equipment[channel] = _equipment_id(groups[0])
            elif obis == "24.1.0":
                telegram.device_types[channel] = int(groups[0])
        except ValueError:
            errors.append(RowError(row=row, field=obis, code="not_an_obis", params={"value": groups[0][:80]}))
    return telegram


def _equipment_id(stated: str) -> str:
    """Serial numbers travel as hex of ASCII; some makers write the bare digits, which then are not printable text."""
    if re.fullmatch(r"(?:[2-7][0-9A-Fa-f])+", stated):
        return bytes.fromhex(stated).decode("ascii")
    return stated


def _instant(stated: str) -> tuple[datetime, bool | None]:
    if not _INSTANT.fullmatch(stated):
        raise ValueError(stated)
    flag = {"S": True, "W": False}.get(stated[12:])
    return datetime.strptime(stated[:12], "%y%m%d%H%M%S"), flag  # noqa: DTZ007 - the meter's clock has no zone


def _register(row: int, name: tuple[str, int, str], groups: list[str], telegram: _Telegram) -> RegisterValue | None:
    """A row for lines that state a quantity; None for texts, states, counters and histories.

    Raises ValueError when a line that should state a quantity does not.
    """
    medium, channel, obis = name
    if obis in _HISTORIES:
        return None
    clock = telegram.clock
    if len(groups) == _OLD_MBUS_GROUPS + 1:
        clock, quantity, unit = _instant(groups[0]), _plain(groups[6]), groups[5]
        obis = groups[4].split(":")[-1]
    else:
        if len(groups) == _STAMPED_GROUPS and _INSTANT.fullmatch(groups[0]):
            clock = _instant(groups[0])
        match = _QUANTITY.fullmatch(groups[-1])
        if match is None:
            if "*" in groups[-1] or (medium == "1" and obis.endswith(".8.0")):
                raise ValueError(groups[-1])
            return None
        quantity, unit = Decimal(match.group(1)), match.group(2)
    local_at, summer_time = clock or (None, None)
    return RegisterValue(
        row=row,
        telegram=telegram.number,
        channel=channel,
        equipment_id=telegram.equipment.get(channel),
        device_type=telegram.device_types.get(channel),
        obis=f"{medium}-{channel}:{obis}",
        value=quantity,
        unit=unit,
        local_at=local_at,
        summer_time=summer_time,
    )


def _plain(stated: str) -> Decimal:
    if not _PLAIN.fullmatch(stated):
        raise ValueError(stated)
    return Decimal(stated)


def _totals(rows: tuple[RegisterValue, ...], *, telegrams: int) -> dict[str, int | Decimal | str]:
    totals: dict[str, int | Decimal | str] = {"telegrams": telegrams, "registers": len(rows)}
    for row in rows:
        known = totals.get(f"sum_{row.unit}", Decimal(0))
        assert isinstance(known, Decimal)
        totals[f"sum_{row.unit}"] = known + row.value
    instants = sorted(row.local_at for row in rows if row.local_at)
    if instants:
        totals |= {"earliest_at": instants[0].isoformat(), "latest_at": instants[-1].isoformat()}
    return totals
