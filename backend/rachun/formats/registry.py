"""Every format that is read, by its name. Adding one means a line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from rachun.formats.asterisk_cdr import read_asterisk_cdr
from rachun.formats.columnar import ColumnsRead
from rachun.formats.customers import read_customers
from rachun.formats.declared_calls import SHIPPED_PROFILES, read_declared_calls, shipped_profile
from rachun.formats.delivered_services import read_delivered_services
from rachun.formats.dsmr_p1 import read_dsmr_p1
from rachun.formats.green_button import read_green_button
from rachun.formats.household_halfhourly import read_household_halfhourly
from rachun.formats.rate_decks import read_destination_prefixes, read_rate_deck
from rachun.formats.reading import FileRefused, ReadResult
from rachun.formats.readings import read_readings
from rachun.formats.source import Source

Outcome = ReadResult[Any] | ColumnsRead


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """read(source, zone) → rows or columns. note: what the operator must be told before trusting it."""

    name: str
    title: str
    read: Callable[[Source, str], Outcome]
    note: str = ""


def _calls(source: Source, zone: str, *, profile: str) -> ColumnsRead:
    return read_declared_calls(source=source, profile=shipped_profile(name=profile), zone=zone)


def _profile_note(name: str) -> str:
    profile = shipped_profile(name=name)
    return f"{profile['status']}: {profile['note']}"


_FORMATS = (
    Format(
        name="readings",
        title="Meter readings, CSV or XLSX",
        read=lambda source, zone: read_readings(source=source, zone=zone),
    ),
    Format(
        name="customers",
        title="Customers and agreements, CSV or XLSX",
        read=lambda source, zone: read_customers(source=source, zone=zone),
    ),
    Format(
        name="delivered_services",
        title="Delivered services, CSV or XLSX",
        read=lambda source, zone: read_delivered_services(source=source, zone=zone),
    ),
    Format(
        name="rate_deck",
        title="Provider's price list by destination",
        read=lambda source, zone: read_rate_deck(source=source, zone=zone),
    ),
    Format(
        name="destination_prefixes",
        title="Dial prefixes of destinations",
        read=lambda source, zone: read_destination_prefixes(source=source, zone=zone),
    ),
    Format(
        name="household_halfhourly",
        title="Half-hourly household consumption",
        read=lambda source, zone: read_household_halfhourly(source=source, zone=zone),
    ),
    Format(name="dsmr_p1", title="DSMR P1 telegrams", read=lambda source, _zone: read_dsmr_p1(source=source)),
    Format(
        name="green_button", title="Green Button (ESPI)", read=lambda source, _zone: read_green_button(source=source)
    ),
    Format(
        name="asterisk_cdr",
        title="Asterisk Master.csv",
        read=lambda source, zone: read_asterisk_cdr(source=source, zone=zone),
    ),
    *(
        Format(
            name=f"calls:{name}",
            title=f"Calls, profile {name}",
            read=partial(_calls, profile=name),
            note=_profile_note(name),
        )
        for name in SHIPPED_PROFILES
    ),
)
FORMATS: Mapping[str, Format] = {format_.name: format_ for format_ in _FORMATS}


def get_format(*, name: str) -> Format:
    """Raises FileRefused when no format has this name."""
    if name not in FORMATS:
        raise FileRefused(code="unknown_format", params={"format": name[:60]})
    return FORMATS[name]
