"""VT and MT of a household: the hours of Bosnian distribution, winter clock all year, on days that change the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun.engine.usage.bands import BAND_RULES, HOLIDAY, Banded, band_sums
from rachun.engine.usage.intervals import SERIES

ZONE = ZoneInfo("Europe/Sarajevo")
VT = [(7, 13), (16, 22)]  # Monday to Saturday; all else and all Sunday is MT
SPRING, AUTUMN, PLAIN = date(2026, 3, 29), date(2026, 10, 25), date(2026, 5, 1)


def household_rules() -> list[tuple[str, int, int, int, int, int]]:
    rows = []
    for kind in range(1, 7):
        cuts = [(0, 7, "MT"), (7, 13, "VT"), (13, 16, "MT"), (16, 22, "VT"), (22, 24, "MT")]
        rows += [(band, kind, 101, 101, start * 60, end * 60) for start, end, band in cuts]
    return rows + [("MT", kind, 101, 101, 0, 1440) for kind in (7, HOLIDAY)]


def hours_of(day: date) -> list[datetime]:
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
    end = datetime(*(day + timedelta(days=1)).timetuple()[:3], tzinfo=ZONE).astimezone(UTC)
    return [start + timedelta(hours=n) for n in range(int((end - start).total_seconds()) // 3600)]


def banded(day: date, *, clock: str, holidays: list[date] | None = None, seconds: int = 3600) -> Banded:
    rows = [(1, at, seconds, 1_000_000) for at in hours_of(day)]
    return band_sums(
        series=pl.DataFrame(rows, schema=dict(SERIES), orient="row"),
        rules=pl.DataFrame(household_rules(), schema=dict(BAND_RULES), orient="row"),
        holidays=pl.Series(holidays or [], dtype=pl.Date),
        zone="Europe/Sarajevo",
        clock=clock,
    )


def hours(answer: Banded) -> dict[str, int]:
    assert answer.unruled.is_empty()
    return {band: quantity // 10**6 for band, quantity in answer.sums.select("band", "quantity_micro").rows()}


class TestBands:
    def test_of_a_working_day_are_twelve_hours_each(self) -> None:
        assert hours(banded(PLAIN, clock="CIVIL")) == {"VT": 12, "MT": 12}

    def test_of_a_sunday_and_a_holiday_are_all_low(self) -> None:
        assert hours(banded(date(2026, 5, 3), clock="CIVIL")) == {"MT": 24}
        assert hours(banded(PLAIN, clock="CIVIL", holidays=[PLAIN])) == {"MT": 24}

    @pytest.mark.parametrize(("day", "length"), [(SPRING, 23), (AUTUMN, 25)])
    def test_keep_every_hour_of_a_day_that_changes_the_clock(self, day: date, length: int) -> None:
        assert hours(banded(day, clock="CIVIL")) == {"MT": length}

    def test_on_standard_time_are_an_hour_later_by_the_summer_watch(self) -> None:
        """VT 7 to 13 on the meter's clock is 8 to 14 on the watch: the hour from 7 is low, the one from 13 is high."""
        rows = [(1, datetime(2026, 7, 1, hour, tzinfo=ZONE).astimezone(UTC), 3600, 10**hour) for hour in (7, 13)]
        answer = band_sums(
            series=pl.DataFrame(rows, schema=dict(SERIES), orient="row"),
            rules=pl.DataFrame(household_rules(), schema=dict(BAND_RULES), orient="row"),
            holidays=pl.Series([], dtype=pl.Date),
            zone="Europe/Sarajevo",
            clock="STANDARD",
        )

        assert dict(answer.sums.select("band", "quantity_micro").rows()) == {"MT": 10**7, "VT": 10**13}

    def test_name_an_interval_that_lies_across_two(self) -> None:
        answer = banded(PLAIN, clock="CIVIL", seconds=7200)

        assert answer.unruled.height == 5  # those that start an hour before 7, 13, 16, 22 and 24

    @given(day=st.dates(date(2026, 1, 1), date(2026, 12, 30)), clock=st.sampled_from(["CIVIL", "STANDARD"]))
    def test_are_what_the_clock_on_the_wall_says_hour_by_hour(self, day: date, clock: str) -> None:
        expected: dict[str, int] = {}
        for at in hours_of(day):
            local = at.astimezone(ZONE)
            shown = at + timedelta(hours=1) if clock == "STANDARD" else local
            high = shown.isoweekday() < 7 and any(start <= shown.hour < end for start, end in VT)
            band = "VT" if high else "MT"
            expected[band] = expected.get(band, 0) + 1

        assert hours(banded(day, clock=clock)) == expected
