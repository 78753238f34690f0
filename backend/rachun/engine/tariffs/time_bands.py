"""The calendar of a version: which hours of a load profile belong to which band (VT, MT …).

A rule holds on kinds of days, in a season of the year and from one minute of the day to another; what no rule names is
the `otherwise` band. A holiday is a day of its own kind and no weekday. The calendar is cut into cells, in which each
minute has one set of rules: so a fault is found before anything is priced.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

from rachun.engine.tariffs.faults import TariffFault, pointer_to

DAY_KINDS: Final = {"MON": 1, "TUE": 2, "WED": 3, "THU": 4, "FRI": 5, "SAT": 6, "SUN": 7, "HOLIDAY": 8}
DAY_MINUTES: Final = 1440
WHOLE_YEAR: Final = (101, 101)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRule:
    """season: month × 100 + day of its first day and of the first day after it; alike: the whole year."""

    band: str
    day_kinds: frozenset[int]
    season: tuple[int, int]
    from_minute: int
    to_minute: int

    def has_day(self, day: int) -> bool:
        first, after = self.season
        return first <= day < after if first < after else first <= day or day < after


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBands:
    """profile: the register whose intervals are told apart. clock: what the rules are read from."""

    profile: str
    clock: Literal["CIVIL", "STANDARD"]
    rules: tuple[BandRule, ...]
    otherwise: str | None

    @property
    def bands(self) -> tuple[str, ...]:
        """Every band, in the order of the rules."""
        named = [rule.band for rule in self.rules] + ([] if self.otherwise is None else [self.otherwise])
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """places: of the rules that hold in it; sound with one, or with none where there is another band for the rest."""

    day_kind: int
    season: tuple[int, int]
    from_minute: int
    to_minute: int
    places: tuple[int, ...]


def parse_time_bands(raw: Mapping[str, Any]) -> TimeBands:
    return TimeBands(
        profile=raw["profile"],
        clock=raw.get("clock", "CIVIL"),
        rules=tuple(_rule(rule) for rule in raw["rules"]),
        otherwise=raw.get("otherwise"),
    )


def cells_of(bands: TimeBands) -> Iterator[Cell]:
    """The whole year, every kind of day and every minute, once."""
    for day_kind in DAY_KINDS.values():
        of_day = [(place, rule) for place, rule in enumerate(bands.rules) if day_kind in rule.day_kinds]
        for season in _seasons(bands):
            of_season = [(place, rule) for place, rule in of_day if rule.has_day(season[0])]
            cuts = {0, DAY_MINUTES, *(cut for _place, rule in of_season for cut in (rule.from_minute, rule.to_minute))}
            for start, end in pairwise(sorted(cuts)):
                places = tuple(p for p, rule in of_season if rule.from_minute <= start and end <= rule.to_minute)
                yield Cell(day_kind=day_kind, season=season, from_minute=start, to_minute=end, places=places)


def band_rule_rows(bands: TimeBands) -> list[tuple[str, int, int, int, int, int]]:
    """Rows of engine.usage.bands.BAND_RULES. The calendar was found sound when the version was added."""
    rows: list[tuple[str, int, int, int, int, int]] = []
    for cell in cells_of(bands):
        band = bands.rules[cell.places[0]].band if cell.places else bands.otherwise
        assert band is not None, "every minute has a band"
        row = (band, cell.day_kind, *cell.season, cell.from_minute, cell.to_minute)
        if rows and rows[-1][:4] == row[:4] and rows[-1][5] == row[4]:
            row = (*rows.pop()[:5], row[5])  # two rules of one band that meet are one stretch of it
        rows.append(row)
    return rows


def time_band_faults(raw: Mapping[str, Any], *, priced: frozenset[str]) -> Iterator[TariffFault]:
    """priced: registers of the version's components; `*` prices every band."""
    for place, rule in enumerate(raw["rules"]):
        if _minute(rule["to"]) <= _minute(rule["from"]):
            yield _fault("BAND_ENDS_BEFORE_START", place, "to")
    bands = parse_time_bands(raw)
    unpriced = [band for band in bands.bands if band not in priced and "*" not in priced]
    for band in unpriced:
        yield TariffFault(pointer=pointer_to("time_bands"), code="BAND_NOT_PRICED", params={"band": band})
    if bands.profile in bands.bands:
        yield TariffFault(pointer=pointer_to("time_bands", "profile"), code="PROFILE_IS_BAND")
    doubled = {cell.places[:2] for cell in cells_of(bands) if len(cell.places) > 1}
    for first, second in sorted(doubled):
        yield _fault("BANDS_OVERLAP", second, "from", other=first)
    if bands.otherwise is None and any(not cell.places for cell in cells_of(bands)):
        yield TariffFault(pointer=pointer_to("time_bands", "rules"), code="BANDS_LEAVE_A_GAP")


def _fault(code: str, place: int, field: str, **params: Any) -> TariffFault:
    return TariffFault(pointer=pointer_to("time_bands", "rules", place, field), code=code, params=params)


def _rule(raw: Mapping[str, Any]) -> BandRule:
    season = raw.get("season")
    return BandRule(
        band=raw["band"],
        day_kinds=frozenset(DAY_KINDS[name] for name in raw["days"]),
        season=WHOLE_YEAR if season is None else (_day(season["from"]), _day(season["to"])),
        from_minute=_minute(raw["from"]),
        to_minute=_minute(raw["to"]),
    )


def _seasons(bands: TimeBands) -> list[tuple[int, int]]:
    bounds = sorted({day for rule in bands.rules for day in rule.season}) or [101]
    return list(zip(bounds, [*bounds[1:], bounds[0]], strict=True))


def _day(text: str) -> int:
    month, day = text.split("-")
    return int(month) * 100 + int(day)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
