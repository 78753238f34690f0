"""Included minutes in columns equal one second at a time: whole and by days, shared, living on, known late."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.bundles import Call, Spell, cover, empty
from oracle.portions import examine, in_portions
from rachun.engine.rating.bundles import BUCKETS, CALLS, cover_calls, offers_of
from rachun.engine.rating.grants import SPELLS

CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
DAY = timedelta(days=1)
FIRST = date(2025, 12, 1)
DAYS = 31 + 31 + 28  # to the end of February 2026
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + DAY


@st.composite
def spells(draw: st.DrawFn) -> list[Spell]:
    """Some agreements of two accounts; each has stretches that follow one another, or none for a while."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        edges = sorted(draw(st.sets(st.integers(0, DAYS), min_size=2, max_size=5)))
        for start, end in pairwise(edges):
            if draw(st.integers(0, 5)) == 0:
                continue
            is_last = end == edges[-1]
            found.append(
                Spell(
                    account="AB"[number // 2],
                    agreement=str(number),
                    start=FIRST + DAY * start,
                    end=None if is_last and draw(st.booleans()) else FIRST + DAY * end,
                    seconds=draw(st.sampled_from([1, 60, 100, 900])),
                    by_days=draw(st.booleans()),
                    is_shared=draw(st.booleans()),
                    lives_for=draw(st.sampled_from([0, 0, 1, 2])),
                    known_from=draw(st.sampled_from([NOW - DAY, NOW - DAY, LATER])),
                    known_to=draw(st.sampled_from([None, None, LATER])),
                )
            )
    return found


@st.composite
def calls(draw: st.DrawFn) -> list[Call]:
    day = st.integers(0, DAYS - 1).map(lambda n: FIRST + DAY * n)
    return [
        Call(
            agreement=str(draw(st.integers(0, 3))),
            day=draw(day),
            asked_at=asked_at,
            seconds=draw(st.sampled_from([0, 7, 30, 60, 400])),
        )
        for asked_at in (NOW, LATER)
        for _ in range(draw(st.integers(0, 6)))
    ]


def covered(listed: list[Call], known: list[Spell], used: pl.DataFrame) -> tuple[list[int], pl.DataFrame]:
    how = {True: ("DAYS", "ACCOUNT"), False: ("FULL", "AGREEMENT")}
    rows = [
        (
            *(s.account, s.agreement, "calls", s.start, s.end, s.seconds),
            *(how[s.by_days][0], how[s.is_shared][1], s.lives_for, s.known_from, s.known_to),
        )
        for s in known
    ]
    frame = pl.DataFrame(rows, schema=dict(SPELLS), orient="row")
    asked = [(call.agreement, "calls", call.day, call.asked_at, call.seconds) for call in listed]
    told = pl.DataFrame(asked, schema=dict(CALLS), orient="row")
    seconds, taken = cover_calls(calls=told, offers=offers_of(calls=told, spells=frame), used=used)
    return seconds.to_list(), taken


def check(known: list[Spell], batches: list[list[Call]]) -> None:
    used, counted = empty(), pl.DataFrame(schema=dict(BUCKETS))
    for batch in batches:
        found, taken = covered(batch, known, counted)
        counted = pl.concat([counted, taken]).group_by("agreement_id", "component", "month").agg(pl.col("used_s").sum())

        assert found == cover(batch, known, used)
        told = {(agreement, month): seconds for agreement, _, month, seconds in counted.rows()}
        assert told == {key: seconds for key, seconds in used.items() if seconds}


class TestBundles:
    @settings(max_examples=100, **CALM)
    @given(known=spells(), batches=st.lists(calls(), min_size=1, max_size=3))
    def test_are_taken_as_one_second_at_a_time(self, known: list[Spell], batches: list[list[Call]]) -> None:
        check(known, batches)

    @pytest.mark.long
    @in_portions
    def test_are_taken_as_one_second_at_a_time_at_length(self, portion: int) -> None:
        examine(check, known=spells(), batches=st.lists(calls(), min_size=1, max_size=3))
