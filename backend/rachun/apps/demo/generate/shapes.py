"""When a household uses electricity and water: by month, and by hour of the day.

The electricity numbers were computed once from two public series of the Low Carbon London trial (monthly sums of 2013;
one household's half hours) and rounded: facts, not a copy. Water has no such source: its numbers are the demo's own.
"""

from datetime import date, timedelta

# Use of an average day of the month, 1000 = the average day of the year. January first.
ELECTRICITY_BY_MONTH = (1292, 1260, 1220, 1008, 887, 828, 792, 770, 851, 918, 1062, 1112)
WATER_BY_MONTH = (920, 920, 940, 970, 1020, 1090, 1150, 1140, 1030, 970, 930, 920)
# Thousandths of a day's electricity used in each hour, midnight first; they sum to 1001 by rounding.
ELECTRICITY_BY_HOUR = (
    *(20, 17, 15, 17, 18, 18, 38, 65, 35, 21, 19, 19),
    *(32, 31, 32, 38, 50, 111, 82, 58, 78, 87, 69, 32),
)
# Hours of the higher rate on the summer and on the winter clock; all Sunday has the lower one.
HIGH_HOURS_SUMMER = (*range(8, 14), *range(17, 23))
HIGH_HOURS_WINTER = (*range(7, 13), *range(16, 22))
SUNDAY = 6


def days_of(*, start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range((end - start).days)]


def is_summer_clock(day: date) -> bool:
    """From the last Sunday of March to the last Sunday of October."""
    march, october = date(day.year, 3, 31), date(day.year, 10, 31)
    starts, ends = (edge - timedelta(days=(edge.weekday() + 1) % 7) for edge in (march, october))
    return starts <= day < ends


def high_rate_share(*, start: date, end: date) -> int:
    """Thousandths of the electricity of these days that fall into the hours of the higher rate."""
    high = whole = 0
    for day in days_of(start=start, end=end):
        hours = HIGH_HOURS_SUMMER if is_summer_clock(day) else HIGH_HOURS_WINTER
        high += 0 if day.weekday() == SUNDAY else sum(ELECTRICITY_BY_HOUR[hour] for hour in hours)
        whole += sum(ELECTRICITY_BY_HOUR)
    return high * 1000 // whole


def used(*, yearly: int, by_month: tuple[int, ...], start: date, end: date) -> int:
    """What someone with this yearly use takes on these days, in the same unit, rounded down."""
    weight = sum(by_month[day.month - 1] for day in days_of(start=start, end=end))
    return yearly * weight // (365 * 1000)
