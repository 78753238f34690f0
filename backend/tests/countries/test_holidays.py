from datetime import date

import pytest
from rachun.countries.holidays import is_holiday, list_holidays, orthodox_easter, western_easter
from rachun.countries.loader import load_pack


class TestEaster:
    # Church calendars as published; 2025 is a year in which both fall together.
    @pytest.mark.parametrize(
        ("year", "orthodox", "western"),
        [
            (2023, date(2023, 4, 16), date(2023, 4, 9)),
            (2024, date(2024, 5, 5), date(2024, 3, 31)),
            (2025, date(2025, 4, 20), date(2025, 4, 20)),
            (2026, date(2026, 4, 12), date(2026, 4, 5)),
        ],
    )
    def test_falls_as_the_churches_publish(self, year: int, orthodox: date, western: date) -> None:
        assert orthodox_easter(year=year) == orthodox
        assert western_easter(year=year) == western

    def test_is_refused_where_the_two_calendars_drift_apart(self) -> None:
        with pytest.raises(ValueError, match="2100"):
            orthodox_easter(year=2100)


class TestHoliday:
    def test_moved_with_the_reform_of_the_calendar(self) -> None:
        ukraine = load_pack("UA")

        assert is_holiday(pack=ukraine, on=date(2023, 1, 7))
        assert not is_holiday(pack=ukraine, on=date(2024, 1, 7))
        assert is_holiday(pack=ukraine, on=date(2024, 10, 1))
        assert not is_holiday(pack=ukraine, on=date(2024, 10, 14))

    def test_that_hangs_on_easter_moves_with_it(self) -> None:
        assert date(2026, 5, 31) in list_holidays(pack=load_pack("UA"), year=2026)  # Trinity, 49 days after 12 April

    def test_of_both_churches_is_kept_in_brcko(self) -> None:
        days = list_holidays(pack=load_pack("BA"), year=2026)

        assert {date(2026, 1, 7), date(2026, 12, 25), date(2026, 3, 8)} <= days.keys()
