"""Estimates: worked by hand, and against a Decimal oracle that goes day by day through rules and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun.engine.usage.estimation import GAPS, HISTORY, MEMBERS, STEPS, estimated

MICRO = 10**6
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    start: date
    end: date
    micro: int


def frame(columns: Any, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(columns), orient="row")


def estimate(
    start: date,
    end: date,
    *,
    steps: Sequence[tuple[str, str, int, int]],
    history: Sequence[Span] = (),
    members: Sequence[tuple[int, date, date | None]] = (),
    register: str = "T1",
) -> tuple[int, str] | None:
    """steps: method, register, periods, norm_micro."""
    found = estimated(
        gaps=frame(GAPS, [(0, 7, register, start, end)]),
        steps=frame(STEPS, [(7, no, *step, "members") for no, step in enumerate(steps, start=1)]),
        history=frame(HISTORY, [(0, span.start, span.end, span.micro) for span in history]),
        members=frame(MEMBERS, [(0, "members", count * MICRO, *days) for count, *days in members]),
    )
    return None if found.is_empty() else (found["quantity_micro"].item(), found["method"].item())


SEASON = ("SAME_SEASON", "*", 0, 0)
LAST_2 = ("LAST_PERIODS", "*", 2, 0)
NORM = ("NORM_PER_MEMBER", "*", 0, 4_500_000)
JANUARY = (date(2026, 1, 1), date(2026, 2, 1))


class TestAnEstimate:
    def test_takes_the_same_dates_of_last_year(self) -> None:
        """31 days from 62 of 124 units, and the whole of a span that lies inside."""
        history = [
            Span(date(2024, 12, 1), date(2025, 1, 11), 41 * MICRO),  # 1 a day, 10 days of it in January
            Span(date(2025, 1, 11), date(2025, 2, 1), 63 * MICRO),  # 3 a day, 21 days
        ]

        assert estimate(*JANUARY, steps=[SEASON, LAST_2], history=history) == (73 * MICRO, "SAME_SEASON")

    def test_takes_the_next_step_when_one_gives_more_than_a_quantity_may_be(self) -> None:
        """A day of a million million units makes 31 times as many a month; a norm of so many members is beyond too."""
        day = Span(date(2025, 12, 31), date(2026, 1, 1), 10**18)
        huge = ("NORM_PER_MEMBER", "*", 0, 10**18)

        assert estimate(*JANUARY, steps=[LAST_2], history=[day]) is None
        assert estimate(*JANUARY, steps=[huge], members=[(10**12, *JANUARY)]) is None
        assert estimate(*JANUARY, steps=[LAST_2, NORM], history=[day], members=[(2, *JANUARY)]) == (
            9 * MICRO,
            "NORM_PER_MEMBER",
        )

    def test_falls_to_the_latest_periods_when_a_day_of_the_season_was_not_measured(self) -> None:
        history = [
            Span(date(2025, 1, 2), date(2025, 2, 1), 999 * MICRO),
            Span(date(2025, 10, 1), date(2025, 11, 1), 31 * MICRO),
            Span(date(2025, 11, 1), date(2025, 12, 1), 60 * MICRO),
            Span(date(2025, 12, 1), date(2026, 1, 1), 93 * MICRO),
        ]

        # (60 + 93) / 61 days × 31 = 77.754098…
        assert estimate(*JANUARY, steps=[SEASON, LAST_2], history=history) == (77_754_098, "LAST_PERIODS")

    def test_falls_to_the_norm_of_the_members_of_each_day(self) -> None:
        members = [(3, date(2020, 1, 1), date(2026, 1, 11)), (4, date(2026, 1, 11), None)]

        # 4.5 × 3 × 10/31 = 4.354839 (half up), 4.5 × 4 × 21/31 = 12.193548
        expected = (4_354_839 + 12_193_548, "NORM_PER_MEMBER")
        assert estimate(*JANUARY, steps=[SEASON, LAST_2, NORM], members=members) == expected

    def test_is_none_when_no_step_has_enough_to_stand_on(self) -> None:
        late = [(3, date(2026, 1, 2), None)]

        assert estimate(*JANUARY, steps=[SEASON, LAST_2, NORM], members=late) is None

    def test_takes_the_norm_of_its_own_register_before_the_general_one(self) -> None:
        steps = [("NORM_PER_MEMBER", "MT", 0, 31 * MICRO)]
        people = [(2, date(2020, 1, 1), None)]

        assert estimate(*JANUARY, steps=steps, members=people, register="VT") is None
        assert estimate(*JANUARY, steps=steps, members=people, register="MT") == (62 * MICRO, "NORM_PER_MEMBER")

    def test_of_29_february_stands_on_28_february(self) -> None:
        history = [Span(date(2023, 2, 1), date(2023, 3, 1), 28 * MICRO)]

        found = estimate(date(2024, 2, 1), date(2024, 3, 1), steps=[SEASON], history=history)

        assert found == (29 * MICRO, "SAME_SEASON")


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def a_year_before(day: date) -> date:
    return date(day.year - 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def oracle(start: date, end: date, step: tuple[str, str, int, int], history: Sequence[Span]) -> int | None:
    """Day by day, from the rule's text."""
    method, _register, periods, _norm = step
    gap = Decimal((end - start).days)
    if method == "SAME_SEASON":
        season = [a_year_before(start) + DAY * n for n in range((a_year_before(end) - a_year_before(start)).days)]
        spans = [(span, sum(span.start <= day < span.end for day in season)) for span in history]
        if not season or sum(shared for _span, shared in spans) != len(season):
            return None
        parts = [half_up(Decimal(s.micro) * shared / Decimal((s.end - s.start).days)) for s, shared in spans]
        return half_up(Decimal(sum(parts)) * gap / len(season))
    latest = sorted((span for span in history if span.end <= start), key=lambda span: span.end)[-periods:]
    if not latest:
        return None
    days = sum((span.end - span.start).days for span in latest)
    return half_up(Decimal(sum(span.micro for span in latest)) * gap / days)


@st.composite
def histories(draw: st.DrawFn) -> list[Span]:
    """Spans in a row with a hole here and there, over some two years."""
    day, spans = date(2023, 12, 1) + DAY * draw(st.integers(0, 60)), []
    for length in draw(st.lists(st.integers(1, 120), max_size=12)):
        if draw(st.integers(0, 5)):
            spans.append(Span(day, day + DAY * length, draw(st.integers(0, 10**15))))
        day += DAY * length
    return spans


class TestAgainstTheOracle:
    @given(
        history=histories(),
        start=st.dates(date(2024, 11, 1), date(2026, 3, 1)),
        length=st.integers(1, 95),
        step=st.sampled_from([SEASON, LAST_2, ("LAST_PERIODS", "*", 5, 0)]),
    )
    def test_every_estimate_is_the_same_to_the_last_millionth(
        self, history: list[Span], start: date, length: int, step: tuple[str, str, int, int]
    ) -> None:
        end = start + DAY * length

        found = estimate(start, end, steps=[step], history=history)

        assert (found[0] if found else None) == oracle(start, end, step, history)

    @pytest.mark.parametrize("order", [[SEASON, LAST_2], [LAST_2, SEASON]])
    @given(history=histories(), length=st.integers(1, 40))
    def test_the_first_step_that_can_answer_does(
        self, order: list[tuple[str, str, int, int]], history: list[Span], length: int
    ) -> None:
        start, end = date(2025, 3, 1), date(2025, 3, 1) + DAY * length
        answers = [(answer, step[0]) for step in order if (answer := oracle(start, end, step, history)) is not None]

        assert estimate(start, end, steps=order, history=history) == (answers[0] if answers else None)
