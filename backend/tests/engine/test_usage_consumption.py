"""Readings → consumption, worked by hand."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from rachun.engine.usage.consumption import READINGS, DerivedConsumption, consumption_from_readings
from rachun.engine.usage.intervals import SERIES, daily_sums, incomplete_days


def derived(*values: tuple[int, str], digits: int = 5, multiplier: int = 1, kinds: str = "") -> DerivedConsumption:
    rows = [
        (1, 1, "VT", digits, multiplier * 10**6, ix, date.fromisoformat(day), value * 10**6, "ACTUAL")
        for ix, (value, day) in enumerate(values)
    ]
    rows = [(*row[:8], "ESTIMATED" if str(row[5]) in kinds else row[8]) for row in rows]
    return consumption_from_readings(readings=pl.DataFrame(rows, schema=dict(READINGS), orient="row"))


def used(answer: DerivedConsumption) -> list[int]:
    return [quantity // 10**6 for quantity in answer.consumption["quantity_micro"]]


class TestConsumptionFromReadings:
    def test_spans_from_one_reading_to_the_next(self) -> None:
        answer = derived((100, "2026-02-01"), (150, "2026-03-01"))

        row = answer.consumption.row(0, named=True)
        assert (row["period_from"], row["period_to"]) == (date(2026, 2, 1), date(2026, 3, 1))
        assert used(answer) == [50]
        assert answer.verdicts["verdict"].to_list() == ["OPENING", "NORMAL"]

    def test_follows_the_dial_through_zero(self) -> None:
        answer = derived((99990, "2026-02-01"), (25, "2026-03-01"))

        assert used(answer) == [35]
        assert answer.verdicts["verdict"].to_list()[1] == "ROLLOVER"

    def test_refuses_a_step_back_and_goes_on_from_the_latest_sound_reading(self) -> None:
        answer = derived((500, "2026-01-01"), (400, "2026-02-01"), (600, "2026-03-01"))

        assert answer.verdicts.filter(pl.col("is_refused")).rows() == [(1, "READING_BELOW_PREVIOUS", True)]
        assert used(answer) == [100]

    @pytest.mark.parametrize(
        ("after", "verdict"), [(500, "ZERO"), (-1, "READING_NEGATIVE"), (100_000, "READING_OVER_DIAL"), (501, "NORMAL")]
    )
    def test_gives_a_verdict(self, after: int, verdict: str) -> None:
        assert derived((500, "2026-01-01"), (after, "2026-02-01")).verdicts["verdict"][1] == verdict

    def test_marks_what_is_far_above_the_days_before(self) -> None:
        answer = derived((0, "2026-01-01"), (31, "2026-02-01"), (400, "2026-03-01"))

        assert answer.verdicts["verdict"][2] == "HIGH"

    def test_multiplies_by_the_transformer(self) -> None:
        assert used(derived((10, "2026-01-01"), (12, "2026-02-01"), multiplier=40)) == [80]

    @pytest.mark.parametrize(
        ("shown_micro", "multiplier_micro", "quantity_micro"),
        [
            (10**17 - 1, 10**7, 10**18 - 10),
            (10**16, 10**8, 10**18),  # a million million units, the most that a quantity may be
            (10**16 + 1, 10**8, None),
            (10**17 - 1, 999_999_999_999, None),  # the largest dial under the largest transformer
            (10**17 - 1, 0, 0),
        ],
    )
    def test_refuses_what_is_more_than_a_quantity_may_be(
        self, shown_micro: int, multiplier_micro: int, quantity_micro: int | None
    ) -> None:
        kept = [
            (1, 1, "VT", 11, multiplier_micro, ix, date(2026, 1, 1 + ix), ix * shown_micro, "ACTUAL") for ix in (0, 1)
        ]

        answer = consumption_from_readings(readings=pl.DataFrame(kept, schema=dict(READINGS), orient="row"))

        assert answer.consumption["quantity_micro"].to_list() == ([] if quantity_micro is None else [quantity_micro])
        assert (answer.verdicts["verdict"][1] == "USE_TOO_LARGE") == (quantity_micro is None)

    def test_is_estimated_when_either_end_is(self) -> None:
        answer = derived((1, "2026-01-01"), (2, "2026-02-01"), (3, "2026-03-01"), (4, "2026-04-01"), kinds="1")

        assert answer.consumption["basis"].to_list() == ["ESTIMATED", "ESTIMATED", "MEASURED"]

    def test_never_runs_from_one_meter_into_the_next(self) -> None:
        old = [(1, 1, "VT", 5, 10**6, 0, date(2026, 3, 1), 900 * 10**6, "ACTUAL")]
        old += [(1, 1, "VT", 5, 10**6, 1, date(2026, 3, 12), 970 * 10**6, "CLOSING")]
        new = [(2, 2, "VT", 5, 10**6, 2, date(2026, 3, 12), 3 * 10**6, "OPENING")]
        new += [(2, 2, "VT", 5, 10**6, 3, date(2026, 4, 1), 83 * 10**6, "ACTUAL")]

        answer = consumption_from_readings(readings=pl.DataFrame(old + new, schema=dict(READINGS), orient="row"))

        assert used(answer) == [70, 80]


class TestDailySums:
    def test_expects_a_short_day_in_spring(self) -> None:
        start = datetime(2026, 3, 28, 22, tzinfo=UTC)  # midnight of 29 March in Kyiv, a day of 23 hours
        rows = [(1, start + timedelta(minutes=30 * n), 1800, 500_000) for n in range(46)]
        series = pl.DataFrame(rows, schema=["register_ix", "starts_at", "length_s", "quantity_micro"], orient="row")

        sums = daily_sums(series=series, zone="Europe/Kyiv")

        assert sums.rows() == [(1, date(2026, 3, 29), 23_000_000, 82_800, 82_800)]
        assert incomplete_days(sums=sums).is_empty()
        assert incomplete_days(sums=daily_sums(series=series[1:], zone="Europe/Kyiv")).height == 1

    def test_are_exact_past_64_bits(self) -> None:
        start = datetime(2026, 1, 1, 22, tzinfo=UTC)
        rows = [(1, start + timedelta(minutes=15 * n), 900, 10**18) for n in range(96)]

        sums = daily_sums(series=pl.DataFrame(rows, schema=dict(SERIES), orient="row"), zone="Europe/Kyiv")

        assert sums["quantity_micro"].to_list() == [96 * 10**18]
