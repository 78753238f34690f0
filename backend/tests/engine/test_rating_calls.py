"""Calls priced by hand, and by a judge that looks at one call at a time."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rachun.engine.rating.calls import CALLS, DESTINATIONS, DestinationsInvalid, destination_table, rate_calls
from rachun.engine.rating.zones import PrefixAmbiguous

MARCH = date(2026, 3, 1)
LONG_AGO = date(2020, 1, 1)


def deck(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(DESTINATIONS), orient="row")


def row(prefix: str, price: str = "0.60", fee: str = "0", first: int = 1, step: int = 1, **dates: date) -> tuple:
    start, end = dates.get("start", LONG_AGO), dates.get("end")
    return (prefix, f"to {prefix}", int(Decimal(price).scaleb(8)), int(Decimal(fee).scaleb(8)), first, step, start, end)


def rated(table: pl.DataFrame, *calls: tuple) -> list[tuple]:
    frame = pl.DataFrame(calls, schema=dict(CALLS), orient="row")
    answer = rate_calls(calls=frame, table=destination_table(rows=table))
    return answer.select("prefix", "billed_s", "amount_micro", "status", "error").rows()


class TestRateCalls:
    def test_takes_the_longest_prefix(self) -> None:
        table = deck(row("380"), row("38044", "0.30"), row("3804455", "0.90"))

        answer = rated(
            table,
            ("380501112233", MARCH, 60, True),
            ("380445512345", MARCH, 60, True),
            ("380442345678", MARCH, 60, True),
        )

        assert [(prefix, amount) for prefix, _, amount, *_ in answer] == [
            ("380", 600_000),
            ("3804455", 900_000),
            ("38044", 300_000),
        ]

    @pytest.mark.parametrize(
        ("seconds", "billed", "amount"),
        [(1, 60, "0.7"), (60, 60, "0.7"), (61, 66, "0.76"), (66, 66, "0.76"), (67, 72, "0.82"), (0, 0, "0")],
    )
    def test_bills_the_first_interval_then_whole_increments(self, seconds: int, billed: int, amount: str) -> None:
        [(_, billed_s, amount_micro, *_)] = rated(
            deck(row("1", fee="0.10", first=60, step=6)), ("1234567", MARCH, seconds, True)
        )

        assert (billed_s, amount_micro) == (billed, int(Decimal(amount).scaleb(6)))

    def test_rounds_once_to_four_decimals_half_up(self) -> None:
        # 0.003 × 1 / 60 = 0.00005 → 0.0001
        assert rated(deck(row("1", "0.003")), ("1234567", MARCH, 1, True))[0][2] == 100

    @pytest.mark.parametrize(("covered", "amount"), [(0, "1.30"), (60, "0.70"), (100, "0.30"), (120, "0")])
    def test_asks_no_connection_fee_once_a_bundle_pays_every_billed_second(self, covered: int, amount: str) -> None:
        # 61 s are billed as 120 at 0.01 a second; the fee is 0.10.
        call = pl.DataFrame([("1234567", MARCH, 61, True)], schema=dict(CALLS), orient="row")
        table = destination_table(rows=deck(row("1", fee="0.10", first=60, step=60)))

        answer = rate_calls(calls=call.with_columns(covered_s=pl.lit(covered)), table=table)

        assert answer["amount_micro"].to_list() == [int(Decimal(amount).scaleb(6))]

    def test_never_takes_a_missing_rate_for_zero(self) -> None:
        assert rated(deck(row("1")), ("49891234567", MARCH, 60, True)) == [(None, None, None, "ERROR", "NO_RATE")]

    def test_costs_nothing_unanswered(self) -> None:
        assert rated(deck(row("1", fee="1")), ("1234567", MARCH, 20, False)) == [("1", 0, 0, "UNANSWERED", None)]

    @pytest.mark.parametrize(
        ("called", "seconds", "error"),
        [(None, 5, "BAD_NUMBER"), ("x12", 5, "BAD_NUMBER"), ("1234", -5, "BAD_DURATION")],
    )
    def test_keeps_broken_calls_as_errors(self, called: str | None, seconds: int, error: str) -> None:
        assert rated(deck(row("1")), (called, MARCH, seconds, True))[0][3:] == ("ERROR", error)

    def test_prices_by_the_rate_of_the_day(self) -> None:
        table = deck(row("1", "0.60", end=MARCH), row("1", "1.20", start=MARCH))

        answer = rated(table, ("1234567", date(2026, 2, 28), 60, True), ("1234567", MARCH, 60, True))

        assert [amount for _, _, amount, *_ in answer] == [600_000, 1_200_000]

    def test_does_not_let_a_short_number_match_a_longer_prefix(self) -> None:
        assert rated(deck(row("1"), row("1000")), ("10", MARCH, 60, True))[0][0] == "1"

    def test_refuses_an_amount_past_the_bound(self) -> None:
        assert rated(deck(row("1", "999999999")), ("1234567", MARCH, 10**8, True))[0][4] == "OVERFLOW"

    def test_refuses_a_table_that_says_two_things(self) -> None:
        with pytest.raises(PrefixAmbiguous):
            destination_table(rows=deck(row("1"), row("1")))
        with pytest.raises(DestinationsInvalid):
            destination_table(rows=deck(row("1", step=0)))

    @settings(max_examples=100, deadline=None)
    @given(
        prefixes=st.sets(st.from_regex(r"[1-3][0-3]{0,4}", fullmatch=True), min_size=1, max_size=25),
        calls=st.lists(st.tuples(st.from_regex(r"[1-3][0-3]{0,7}", fullmatch=True), st.integers(0, 4000)), max_size=30),
        pricing=st.tuples(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(0, 90), st.integers(1, 90)),
    )
    def test_equals_the_judge(self, prefixes: set[str], calls: list[tuple[str, int]], pricing: tuple) -> None:
        price, fee, first, step = pricing
        table = deck(*((p, p, price + len(p), fee, first, step, LONG_AGO, None) for p in sorted(prefixes)))

        answer = rated(table, *((number, MARCH, seconds, True) for number, seconds in calls))

        assert answer == [judged(number, seconds, prefixes, pricing) for number, seconds in calls]


def judged(number: str, seconds: int, prefixes: set[str], pricing: tuple) -> tuple:
    price, fee, first, step = pricing
    found = max((p for p in prefixes if number.startswith(p)), key=len, default=None)
    if found is None:
        return (None, None, None, "ERROR", "NO_RATE")
    if not seconds:
        return (found, 0, 0, "RATED", None)
    billed = first + max(0, ceil(Decimal(seconds - first) / step)) * step
    worth = Decimal(fee).scaleb(-8) + Decimal(price + len(found)).scaleb(-8) * billed / 60
    cost = worth.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return (found, billed, int(cost.scaleb(6)), "RATED", None)
