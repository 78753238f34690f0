"""Rating equals one-call-at-a-time fractions, whatever the deck, the clock and the calls."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.calls import Answer, Call, Deck, Group, Rate, price
from oracle.portions import examine, in_portions
from rachun.engine.rating.bands import TimeBand
from rachun.engine.rating.calls import destination_table, rate_calls

CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
E8 = 10**8
# Around the two changes of the clock in Kyiv and Sarajevo in 2026, a turn of the year, and a plain week.
DAYS = [date(2026, 3, 28), date(2026, 10, 24), date(2025, 12, 31), date(2026, 6, 4)]
TIMES = [time(0), time(2, 30), time(3), time(8), time(18), time(23, 59, 30)]
PREFIXES = ["", "38", "380", "38044", "380445", "0256", "voicemail", "49"]
CALLED = ["380445551122", "38044", "3", "02561", "voicemail", "voice", "4930123456789", "1", "380501112233"]


@st.composite
def groups(draw: st.DrawFn) -> tuple[Group, ...]:
    starts = sorted({0, *draw(st.lists(st.integers(1, 400), max_size=2))})
    return tuple(
        Group(
            from_s=start,
            price=Fraction(draw(st.integers(0, 3 * E8)), E8),
            per=draw(st.sampled_from([1, 7, 60, 1024])),
            increment=draw(st.sampled_from([1, 6, 30, 60, 61, 1024])),
        )
        for start in starts
    )


def some(most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.one_of(st.just(frozenset()), st.frozensets(st.integers(1, most), min_size=1, max_size=5))


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    return Rate(
        prefix=draw(st.sampled_from(PREFIXES)),
        groups=draw(groups()),
        fee=Fraction(draw(st.sampled_from([0, 1, 15_000_000, E8])), E8),
        starts_at=draw(st.sampled_from(TIMES)),
        weekdays=draw(some(7)),
        months=draw(st.sampled_from([frozenset(), frozenset({1, 3}), frozenset({10, 12})])),
        monthdays=draw(st.sampled_from([frozenset(), frozenset({1}), frozenset(range(20, 32))])),
        weight=draw(st.integers(0, 2)),
        rounding=draw(st.sampled_from(["UP", "DOWN", "HALF_UP", "HALF_EVEN"])),
        decimals=draw(st.integers(0, 6)),
        minimum_s=draw(st.sampled_from([0, 0, 30])),
        minimum=Fraction(draw(st.sampled_from([0, 0, E8 // 2])), E8),
        free_below_s=draw(st.sampled_from([0, 0, 5])),
        cap=draw(st.sampled_from([None, None, Fraction(1, 3 * 5**8) * 3, Fraction(10)])),
    )


@st.composite
def decks(draw: st.DrawFn) -> Deck:
    found: dict[tuple[Any, ...], Rate] = {}
    for rate in draw(st.lists(rates(), min_size=1, max_size=7)):
        found.setdefault((rate.prefix, band_of(rate), rate.weight), rate)
    zone = draw(st.sampled_from(["UTC", "Europe/Kyiv", "Europe/Sarajevo"]))
    return Deck(rates=tuple(found.values()), zone=zone, keeps_band=draw(st.booleans()))


@st.composite
def calls(draw: st.DrawFn) -> Call:
    seconds_of_week = st.one_of(st.integers(0, 3 * 86_400), st.sampled_from([0, 7_199, 86_399, 86_400 + 3_600]))
    start = datetime.combine(draw(st.sampled_from(DAYS)), time(0), UTC) + timedelta(seconds=draw(seconds_of_week))
    return Call(
        called=draw(st.sampled_from(CALLED)),
        started_at=start,
        seconds=draw(st.one_of(st.integers(0, 200), st.integers(0, 40_000))),
        consumed=draw(st.sampled_from([0, 0, 0, 45, 3600])),
        covered=draw(st.sampled_from([0, 0, 17, 60, 10**6])),
    )


def band_of(rate: Rate) -> TimeBand:
    told = (rate.starts_at, *(sorted(days) for days in (rate.weekdays, rate.months, rate.monthdays)))
    return TimeBand(
        code=repr(told),
        starts_at=rate.starts_at,
        weekdays=rate.weekdays,
        months=rate.months,
        monthdays=rate.monthdays,
    )


def row_of(rate: Rate) -> dict[str, Any]:
    return {
        "prefix": rate.prefix,
        "label": rate.prefix,
        "price_per_minute_e8": 0,
        "connection_fee_e8": int(rate.fee * E8),
        "first_interval_s": 1,
        "increment_s": 1,
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "band": band_of(rate).code,
        "weight": rate.weight,
        "steps": [
            {"from_s": g.from_s, "price_e8": int(g.price * E8), "per": g.per, "increment": g.increment}
            for g in rate.groups
        ],
        "rounding": rate.rounding,
        "decimals": rate.decimals,
        "minimum_s": rate.minimum_s,
        "minimum_e8": int(rate.minimum * E8),
        "free_below_s": rate.free_below_s,
        "max_cost_e8": None if rate.cap is None else int(rate.cap * E8),
        "max_cost_strategy": "" if rate.cap is None else "FREE",
    }


def rated(deck: Deck, listed: list[Call]) -> list[Answer]:
    table = destination_table(
        rows=pl.DataFrame([row_of(rate) for rate in deck.rates], infer_schema_length=None),
        bands=list({band_of(rate).code: band_of(rate) for rate in deck.rates}.values()),
        time_zone=deck.zone,
        keeps_band=deck.keeps_band,
    )
    frame = pl.DataFrame(
        {
            "called": [call.called for call in listed],
            "usage_date": [call.started_at.date() for call in listed],
            "billable_s": [call.seconds for call in listed],
            "answered": [True for _ in listed],
            "started_at": [call.started_at for call in listed],
            "consumed_s": [call.consumed for call in listed],
            "covered_s": [call.covered for call in listed],
        }
    )
    found = rate_calls(calls=frame, table=table).select("error", "billed_s", "amount_micro").rows()
    return [
        Answer(error="NO_RATE" if error == "BAD_NUMBER" else error, billed=billed, amount=exact(amount))
        for error, billed, amount in found
    ]


def exact(amount_micro: int | None) -> Fraction | None:
    return None if amount_micro is None else Fraction(Decimal(amount_micro).scaleb(-6))


def check(deck: Deck, listed: list[Call]) -> None:
    assert rated(deck, listed) == [price(call, deck) for call in listed]


class TestRatingAgainstOracle:
    @settings(max_examples=500, **CALM)
    @given(deck=decks(), listed=st.lists(calls(), min_size=1, max_size=4))
    def test_equals_fractions_to_the_last_unit(self, deck: Deck, listed: list[Call]) -> None:
        check(deck, listed)

    @pytest.mark.long
    @in_portions
    def test_equals_fractions_at_length(self, portion: int) -> None:
        examine(check, deck=decks(), listed=st.lists(calls(), min_size=1, max_size=4))
