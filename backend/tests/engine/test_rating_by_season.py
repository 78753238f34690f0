"""A season of calls, worked by hand: 15 December to 7 January costs 0.10 a minute, all other days 0.60."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from rachun.engine.rating.bands import TimeBand
from rachun.engine.rating.calls import destination_table, rate_calls

KYIV = ZoneInfo("Europe/Kyiv")
SEASON = (
    TimeBand(code="from_15_12", months=frozenset({12}), monthdays=frozenset(range(15, 32))),
    TimeBand(code="until_07_01", months=frozenset({1}), monthdays=frozenset(range(1, 8))),
)


def row(band: str, *, price_e8: int, weight: int) -> dict[str, Any]:
    return {
        "prefix": "380",
        "label": "Ukraine",
        "price_per_minute_e8": price_e8,
        "connection_fee_e8": 0,
        "first_interval_s": 1,
        "increment_s": 1,
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "band": band,
        "weight": weight,
    }


def price_of(wall: datetime) -> str:
    """Of a minute that begins then."""
    always = row("", price_e8=60_000_000, weight=0)
    table = destination_table(
        rows=pl.DataFrame([always, *(row(band.code, price_e8=10_000_000, weight=10) for band in SEASON)]),
        bands=SEASON,
        time_zone="Europe/Kyiv",
    )
    call = {"called": "380501112233", "usage_date": wall.date(), "billable_s": 60, "answered": True}
    calls = pl.DataFrame([{**call, "started_at": wall.replace(tzinfo=KYIV).astimezone(UTC)}])
    [micro] = rate_calls(calls=calls, table=table)["amount_micro"]
    return str(Decimal(micro).scaleb(-6).quantize(Decimal("0.01")))


class TestASeasonOfCalls:
    @pytest.mark.parametrize(
        ("wall", "price"),
        [
            ((2026, 12, 14, 12, 0, 0), "0.60"),
            ((2026, 12, 14, 23, 59, 30), "0.35"),  # 30 s × 0.60 + 30 s × 0.10, a minute each
            ((2026, 12, 15, 0, 0, 0), "0.10"),
            ((2026, 12, 31, 23, 59, 30), "0.10"),  # over the New Year
            ((2027, 1, 7, 23, 59, 0), "0.10"),
            ((2027, 1, 7, 23, 59, 30), "0.35"),
            ((2027, 1, 8, 0, 0, 0), "0.60"),
        ],
    )
    def test_is_two_bands_over_the_new_year(self, wall: tuple[int, ...], price: str) -> None:
        assert price_of(datetime.combine(date(*wall[:3]), time(*wall[3:]))) == price
