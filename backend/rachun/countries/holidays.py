"""Public holidays of a pack on given days. Easter: Meeus' Julian algorithm, and the anonymous Gregorian one."""

from datetime import date, timedelta

from rachun.countries.pack import CountryPack, HolidayRule

_JULIAN_TO_GREGORIAN_DAYS = 13  # holds from 1900 to 2099
_YEARS = range(1900, 2100)


def orthodox_easter(*, year: int) -> date:
    """The Gregorian date of Easter by the Julian calendar; raises ValueError outside 1900-2099."""
    if year not in _YEARS:
        raise ValueError(f"{year}: the calendars are 13 days apart only from 1900 to 2099")
    d = (19 * (year % 19) + 15) % 30
    e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return date(year, month, day + 1) + timedelta(days=_JULIAN_TO_GREGORIAN_DAYS)


def western_easter(*, year: int) -> date:
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _date_in(rule: HolidayRule, year: int) -> date:
    if rule.easter is None:
        assert rule.month is not None
        assert rule.day is not None
        return date(year, rule.month, rule.day)
    easter = {"ORTHODOX": orthodox_easter, "WESTERN": western_easter}[rule.easter](year=year)
    return easter + timedelta(days=rule.easter_offset_days)


def list_holidays(*, pack: CountryPack, year: int) -> dict[date, HolidayRule]:
    """The holidays in force in a year, in order of date."""
    days = {}
    for rule in pack.holidays:
        day = _date_in(rule, year)
        if rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to):
            days[day] = rule
    return dict(sorted(days.items()))


def is_holiday(*, pack: CountryPack, on: date) -> bool:
    return on in list_holidays(pack=pack, year=on.year)
