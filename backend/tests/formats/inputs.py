"""Invented files, small enough to read by eye; nothing here is copied from anyone."""

import io
import zipfile

from rachun.formats.dsmr_p1 import crc16
from rachun.formats.registry import Outcome, get_format
from rachun.formats.source import Source

KYIV = "Europe/Kyiv"


def source(data: bytes | str, *, encoding: str | None = None) -> Source:
    return Source(name="invented", data=data.encode() if isinstance(data, str) else data, encoding=encoding)


def read(name: str, data: bytes | str, *, encoding: str | None = None, zone: str = KYIV) -> Outcome:
    return get_format(name=name).read(source(data, encoding=encoding), zone)


def codes(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(error.row, error.field, error.code) for error in outcome.errors]


READINGS = (
    "meter_serial;register;read_date;value;kind\n"
    "00012;T1;2026-10-31;1 234,5;ACTUAL\n"
    "00013;T1;31.10.2026;7.000001;ESTIMATED\n"
)

_BODY = (
    "/XYZ5 INVENTED-1\r\n\r\n"
    "1-3:0.2.8(50)\r\n0-0:1.0.0(261025033000W)\r\n0-0:96.1.1(4130303132)\r\n"
    "1-0:1.8.1(000123.456*kWh)\r\n0-1:24.1.0(003)\r\n0-1:96.1.0(4730303039)\r\n"
    "0-1:24.2.1(261025030000W)(00042.007*m3)\r\n!"
)
TELEGRAM = (_BODY + f"{crc16(data=_BODY.encode()):04X}\r\n").encode()


def fixed_call(  # the assumed layout of formats.md 5.3: 10+18+6+6+6+2+4+4+3 = 59
    *, caller: str = "442345678", called: str = "0321234567", date: str = "031126", time: str = "101520",
    seconds: int = 125, cause: str = "016",
) -> str:  # fmt: skip
    return f"{caller:<10}{called:<18}{date}{time}{seconds:06d} 1 101 202{cause}\r\n"


GREEN_BUTTON = b"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="self" href="/MeterReading/1"/>
<link rel="related" href="/x/ReadingType/9"/><content><MeterReading xmlns="http://naesb.org/espi"/></content></entry>
<entry><link rel="self" href="/x/ReadingType/9"/><content><ReadingType xmlns="http://naesb.org/espi">
<intervalLength>3600</intervalLength><powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>72</uom>
</ReadingType></content></entry>
<entry><link rel="up" href="/MeterReading/1/IntervalBlock"/><content><IntervalBlock xmlns="http://naesb.org/espi">
<IntervalReading><timePeriod><duration>3600</duration><start>1761350400</start></timePeriod><value>1500</value>
</IntervalReading></IntervalBlock></content></entry></feed>
"""


def workbook_with_sheet(sheet: bytes, template: bytes) -> bytes:
    """The template with its first sheet replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            is_first = entry.filename == "xl/worksheets/sheet1.xml"
            new.writestr(entry.filename, sheet if is_first else old.read(entry))
    return out.getvalue()
