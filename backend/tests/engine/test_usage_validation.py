"""Each check by hand, then the thresholds against fractions that go reading by reading."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun.engine.usage.validation import CANDIDATES, KNOWN, RULES, judged_readings

MICRO = 10**6
DAY = timedelta(days=1)
YEAR = [(date(2025, month, 1), 100 * MICRO + month * 30 * MICRO) for month in range(1, 13)]  # 30 a month
RULEBOOK: list[tuple[str, str, str, int, int]] = [
    ("CUSTOMER", "DUPLICATE", "HOLD", 0, 0),
    ("CUSTOMER", "BELOW_PREVIOUS", "REFUSE", 0, 0),
    ("CUSTOMER", "ABOVE_NEXT", "HOLD", 0, 0),
    ("CUSTOMER", "ROLLOVER", "HOLD", 0, 0),
    ("CUSTOMER", "ZERO", "HOLD", 0, 25),
    ("CUSTOMER", "HIGH", "HOLD", 300, 0),
    ("CUSTOMER", "LOW", "HOLD", 20, 0),
    ("CUSTOMER", "SPIKE", "REFUSE", 1000, 0),
    ("CUSTOMER", "STALE", "REFUSE", 0, 60),
    ("REMOTE", "HIGH", "ACCEPT", 300, 0),
    ("REMOTE", "BELOW_PREVIOUS", "HOLD", 0, 0),
]


def frame(columns: Any, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(columns), orient="row")


def judge(
    value: int,
    *,
    on: date = date(2026, 1, 1),
    told: date | None = None,
    source: str = "CUSTOMER",
    known: Sequence[tuple[date, int]] = YEAR,
    rules: Sequence[tuple[str, str, str, int, int]] = RULEBOOK,
) -> tuple[str, list[str]]:
    found = judged_readings(
        candidates=frame(CANDIDATES, [(0, 5, 5, on, told or on, value, source)]),
        known=frame(KNOWN, [(5, day, micro) for day, micro in known]),
        rules=frame(RULES, rules),
    )
    return found["action"].item(), found["checks"].to_list()[0]


class TestAReading:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (490, ("ACCEPT", [])),  # 30 in 31 days as ever; December's reading stood at 460
            (460, ("HOLD", ["ZERO", "LOW"])),
            (464, ("HOLD", ["LOW"])),
            (-1, ("REFUSE", ["NEGATIVE", "BELOW_PREVIOUS"])),
            (100_000, ("REFUSE", ["OVER_DIAL", "HIGH", "SPIKE"])),
            (459, ("REFUSE", ["BELOW_PREVIOUS"])),
            (560, ("HOLD", ["HIGH"])),  # 100 against 90
            (900, ("REFUSE", ["HIGH", "SPIKE"])),
        ],
    )
    def test_of_a_customer_is_held_against_the_history(self, value: int, expected: tuple[str, list[str]]) -> None:
        assert judge(value * MICRO) == expected

    def test_of_a_trusted_source_is_taken_with_its_mark(self) -> None:
        assert judge(900 * MICRO, source="REMOTE") == ("ACCEPT", ["HIGH"])
        assert judge(459 * MICRO, source="REMOTE") == ("HOLD", ["BELOW_PREVIOUS"])

    def test_without_history_or_rules_says_nothing(self) -> None:
        assert judge(7 * MICRO, known=[]) == ("ACCEPT", [])
        assert judge(900 * MICRO, source="IMPORT") == ("ACCEPT", [])

    def test_passes_through_zero(self) -> None:
        known = [(date(2025, 11, 1), 99_950 * MICRO), (date(2025, 12, 1), 99_980 * MICRO)]

        assert judge(10 * MICRO, known=known) == ("HOLD", ["ROLLOVER"])

    def test_of_a_day_that_has_another_value_or_lies_before_a_lower_one(self) -> None:
        assert judge(455 * MICRO, on=date(2025, 12, 1)) == ("HOLD", ["DUPLICATE"])
        assert judge(460 * MICRO, on=date(2025, 12, 1)) == ("ACCEPT", [])
        assert judge(470 * MICRO, on=date(2025, 11, 16)) == ("HOLD", ["ABOVE_NEXT"])

    def test_told_long_after_its_day_is_stale(self) -> None:
        assert judge(490 * MICRO, told=date(2026, 3, 2)) == ("ACCEPT", [])
        assert judge(490 * MICRO, told=date(2026, 3, 3)) == ("REFUSE", ["STALE"])

    def test_is_held_against_its_own_season_first(self) -> None:
        winter = [(date(2025, 1, 1), 0), (date(2025, 2, 1), 310 * MICRO), (date(2026, 1, 1), 320 * MICRO)]

        # 300 in January: a year ago 310. The mean of the year would be 320 in 365 days.
        assert judge(620 * MICRO, on=date(2026, 2, 1), known=winter) == ("ACCEPT", [])


class TestThresholds:
    @given(
        steps=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 10**12)), min_size=1, max_size=8),
        last=st.tuples(st.integers(1, 40), st.integers(0, 10**12)),
        percent=st.integers(1, 2000),
    )
    def test_are_exact_to_the_last_millionth(
        self, steps: list[tuple[int, int]], last: tuple[int, int], percent: int
    ) -> None:
        known, day, value = [(date(2026, 1, 1), 0)], date(2026, 1, 1), 0
        for days, used in steps:
            day, value = day + DAY * days, value + used
            known.append((day, value))
        rules = [("CUSTOMER", check, "HOLD", percent, 0) for check in ("HIGH", "LOW", "SPIKE")]

        found = judged_readings(
            candidates=frame(CANDIDATES, [(0, 5, 8, day + DAY * last[0], day, value + last[1], "CUSTOMER")]),
            known=frame(KNOWN, [(5, on, micro) for on, micro in known]),
            rules=frame(RULES, rules),
        )

        mine, limit = Fraction(last[1], last[0]), Fraction(percent, 100)
        usual = Fraction(sum(used for _, used in steps), sum(days for days, _ in steps))
        top = max(Fraction(used, days) for days, used in steps)
        expected = [("HIGH", usual > 0 and mine > usual * limit), ("LOW", usual > 0 and mine < usual * limit)]
        expected.append(("SPIKE", top > 0 and mine > top * limit))
        assert found["checks"].to_list()[0] == [name for name, hit in expected if hit]
