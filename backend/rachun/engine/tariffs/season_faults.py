"""What is wrong with the seasons of a tariff, and with what its components say of them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rachun.engine.tariffs.components import BoundsPer
from rachun.engine.tariffs.faults import TariffFault, pointer_to
from rachun.engine.tariffs.seasons import MonthDay, Season, month_day

LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
YEAR: Final = tuple((month, day) for month, length in enumerate(LENGTHS, start=1) for day in range(1, length + 1))


def season_faults(document: Mapping[str, Any]) -> Iterator[TariffFault]:
    """Days that do not exist, days of two seasons, and seasons that nobody defines."""
    seasons = document.get("seasons", [])
    codes = [season["code"] for season in seasons]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            yield TariffFault(
                pointer=pointer_to("seasons", place, "code"), code="DUPLICATE_SEASON", params={"season": code}
            )
    yield from _range_faults(seasons)
    for no, component in enumerate(document["components"]):
        named = [(("by_season", code), code) for code in component.get("by_season", {})]
        named += [(("only_in", place), code) for place, code in enumerate(component.get("only_in", []))]
        for at, code in named:
            if code not in codes:
                pointer = pointer_to("components", no, *at)
                yield TariffFault(pointer=pointer, code="UNKNOWN_SEASON", params={"season": code, "known": codes})
        yield from _other_registers(component, no=no)
        yield from _bounds_faults(component, no=no, has_seasons=bool(seasons))


def _bounds_faults(component: Mapping[str, Any], *, no: int, has_seasons: bool) -> Iterator[TariffFault]:
    """Bounds of a season need seasons; those that are used up know plain blocks only.

    A flat or a started package would be due once in a season, and a scale or another register would need a season of
    its own: nothing that we know asks for these, and guessing would be worse than refusing.
    """
    per = component.get("bounds_per", BoundsPer.PERIOD)
    pointer = pointer_to("components", no, "bounds_per")
    if per != BoundsPer.PERIOD and not has_seasons:
        yield TariffFault(pointer=pointer, code="NO_SEASONS")
    if per == BoundsPer.SEASON_TOTAL and _is_more_than_blocks(component):
        yield TariffFault(pointer=pointer, code="SEASON_TOTAL_PLAIN")


def _is_more_than_blocks(component: Mapping[str, Any]) -> bool:
    registers = [
        *component["registers"],
        *(r for said in component.get("by_season", {}).values() for r in said["registers"]),
    ]
    odd_register = any("blocks_by" in one or one.get("flat_at_zero", False) for one in registers)
    odd_block = any("flat" in block or "package" in block for one in registers for block in one["blocks"])
    return "bounds_times" in component or odd_register or odd_block


def days_without_season(document: Mapping[str, Any]) -> list[str]:
    """The first days of every gap, as month-day; nothing where there are no seasons."""
    held = {day for season in document.get("seasons", []) for row in season["ranges"] for day in _days(row)}
    gaps = [place for place, day in enumerate(YEAR) if day not in held]
    return [
        f"{YEAR[place][0]:02}-{YEAR[place][1]:02}" for place in gaps if held and (place - 1) % len(YEAR) not in gaps
    ]


def _range_faults(seasons: list[Mapping[str, Any]]) -> Iterator[TariffFault]:
    taken: dict[MonthDay, str] = {}
    for place, season in enumerate(seasons):
        for row_no, row in enumerate(season["ranges"]):
            at = pointer_to("seasons", place, "ranges", row_no)
            for name in ("first_day", "last_day"):
                if month_day(row[name]) not in YEAR:
                    yield TariffFault(pointer=f"{at}/{name}", code="NO_SUCH_DAY", params={"day": row[name]})
            twice = [day for day in _days(row) if day in taken]
            if twice:
                params = {"day": f"{twice[0][0]:02}-{twice[0][1]:02}", "season": taken[twice[0]]}
                yield TariffFault(pointer=at, code="SEASONS_OVERLAP", params=params)
            taken |= dict.fromkeys(_days(row), season["code"])


def _days(row: Mapping[str, str]) -> list[MonthDay]:
    held = Season(code="", ranges=((month_day(row["first_day"]), month_day(row["last_day"])),))
    return [day for day in YEAR if held.holds(day)]


def _other_registers(component: Mapping[str, Any], *, no: int) -> Iterator[TariffFault]:
    """A meter does not change with the season: the same registers are priced in all of them."""
    own = {register["register"] for register in component.get("registers", ())}
    for code, said in component.get("by_season", {}).items():
        if own and {register["register"] for register in said.get("registers", ())} != own:
            pointer = pointer_to("components", no, "by_season", code, "registers")
            yield TariffFault(pointer=pointer, code="SEASON_REGISTERS_DIFFER", params={"registers": sorted(own)})
