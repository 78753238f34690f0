"""A zone's month by hand: what went in, what was billed, what was measured and not billed, what is lost."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from rachun.engine.usage.losses import MONTHS, SPANS, monthly_losses

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
Span = tuple[int, date, date, int]  # point, from, to, whole units


def losses(
    *,
    inputs: Sequence[Span],
    measured: Sequence[Span] = (),
    billed: Sequence[Span] = (),
    metered: tuple[int, ...] = (),
) -> list[dict[str, Any]]:
    def spans(rows: Sequence[Span]) -> pl.DataFrame:
        told = [(1, point, start, end, units * 10**6) for point, start, end, units in rows]
        return pl.DataFrame(told, schema=dict(SPANS), orient="row")

    months = [(1, JANUARY, JANUARY, FEBRUARY), (1, FEBRUARY, FEBRUARY, MARCH)]
    found = monthly_losses(
        months=pl.DataFrame(months, schema=dict(MONTHS), orient="row"),
        inputs=spans(inputs),
        measured=spans(measured),
        billed=spans(billed),
        metered=pl.DataFrame(
            [(1, point) for point in metered], schema={"zone_ix": pl.Int64, "point_ix": pl.Int64}, orient="row"
        ),
    )
    return found.to_dicts()


class TestALoss:
    def test_is_what_is_neither_billed_nor_measured(self) -> None:
        """100 in; 40 billed of 40, 25 billed of 30 measured, so 5 unbilled: 100 - 65 - 5 = 30."""
        january, _ = losses(
            inputs=[(0, JANUARY, FEBRUARY, 100)],
            measured=[(1, JANUARY, FEBRUARY, 40), (2, JANUARY, FEBRUARY, 30)],
            billed=[(1, JANUARY, FEBRUARY, 40), (2, JANUARY, FEBRUARY, 25)],
            metered=(1, 2),
        )

        assert january == {
            "zone_ix": 1,
            "month": JANUARY,
            "input_micro": 100 * 10**6,
            "billed_micro": 65 * 10**6,
            "unbilled_micro": 5 * 10**6,
            "loss_micro": 30 * 10**6,
            "loss_percent_micro": 30 * 10**6,
            "unread_points": 0,
        }

    def test_is_exact_where_sums_and_percents_pass_64_bits(self) -> None:
        """Twenty meters of a million million units each against an input of one."""
        most = 10**12
        january, _ = losses(
            inputs=[(0, JANUARY, FEBRUARY, 1)], billed=[(point, JANUARY, FEBRUARY, most) for point in range(1, 21)]
        )

        assert january["billed_micro"] == 20 * most * 10**6
        assert january["loss_percent_micro"] == (1 - 20 * most) * 100 * 10**6

    def test_does_not_set_what_one_point_is_billed_too_much_against_another(self) -> None:
        """Point 1 is billed 50 by an estimate and used 40; point 2 used 30 and was not billed."""
        january, _ = losses(
            inputs=[(0, JANUARY, FEBRUARY, 100)],
            measured=[(1, JANUARY, FEBRUARY, 40), (2, JANUARY, FEBRUARY, 30)],
            billed=[(1, JANUARY, FEBRUARY, 50)],
        )

        assert (january["billed_micro"], january["unbilled_micro"], january["loss_micro"]) == (5e7, 3e7, 2e7)

    def test_below_zero_is_told(self) -> None:
        january, _ = losses(inputs=[(0, JANUARY, FEBRUARY, 80)], billed=[(1, JANUARY, FEBRUARY, 100)])

        assert (january["loss_micro"], january["loss_percent_micro"]) == (-20 * 10**6, -25 * 10**6)

    def test_of_two_months_read_together_goes_by_days(self) -> None:
        """59 days, one unit each."""
        january, february = losses(inputs=[(0, JANUARY, MARCH, 59)])

        assert [one["input_micro"] for one in (january, february)] == [31 * 10**6, 28 * 10**6]

    def test_is_not_known_where_the_input_was_not_read_whole(self) -> None:
        january, february = losses(
            inputs=[(0, date(2026, 1, 2), FEBRUARY, 10)], metered=(1,), billed=[(1, JANUARY, FEBRUARY, 1)]
        )

        assert [one["loss_micro"] for one in (january, february)] == [None, None]
        assert (january["input_micro"], january["billed_micro"], january["unread_points"]) == (None, 10**6, 1)

    @given(cut=st.integers(2, 58), units=st.integers(0, 10**6))
    def test_months_sum_to_what_was_read(self, cut: int, units: int) -> None:
        middle = date.fromordinal(JANUARY.toordinal() + cut)

        found = losses(inputs=[(0, JANUARY, middle, units), (0, middle, MARCH, 3)])

        assert sum(one["input_micro"] for one in found) == (units + 3) * 10**6
