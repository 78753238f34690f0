"""The dearest call there may be, and what lies beyond: priced exactly, refused as OVERFLOW, or not accepted at all."""

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracle.benefits import nearest
from rachun.engine.rating.calls import CALLS, DESTINATIONS, DestinationsInvalid, destination_table, rate_calls

CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
DAY = date(2026, 3, 1)
PRICE_MAX = 10**17 - 1
AMOUNT_MAX = 10**18
SIZES = st.integers(0, 17).flatmap(lambda n: st.integers(10**n // 10, 10**n))


def table(*, price: int, increment: int, fee: int = 0, is_time: bool = True, **terms: int) -> Any:
    row = ("380", "Ukraine", price, fee, 0, increment, date(2020, 1, 1), None)
    rows = pl.DataFrame([row], schema=dict(DESTINATIONS), orient="row")
    return destination_table(
        rows=rows.with_columns(pl.lit(value, pl.Int64).alias(name) for name, value in terms.items()),
        measures_time=is_time,
    )


def rated(made: Any, *seconds: int) -> list[dict[str, Any]]:
    calls = pl.DataFrame([("380432000000", DAY, s, True) for s in seconds], schema=dict(CALLS), orient="row")
    return rate_calls(calls=calls, table=made).to_dicts()


class TestACall:
    @settings(max_examples=200, **CALM)
    @given(
        used=st.integers(0, 12).flatmap(lambda n: st.integers(1, 10**n)),
        price=SIZES,
        fee=SIZES,
        increment=st.sampled_from([1, 7, 60, 3600, 10**8, 10**12]),
    )
    @example(used=10**12, price=PRICE_MAX, fee=PRICE_MAX, increment=1)
    @example(used=10**12, price=1, fee=0, increment=10**12)
    def test_is_priced_exactly_or_refused(self, used: int, price: int, fee: int, increment: int) -> None:
        [answer] = rated(table(price=price, increment=increment, fee=fee, is_time=False), used)

        billed = -(-used // increment) * increment
        four_decimals = nearest(Fraction(price * billed, 60 * 10**4) + Fraction(fee, 10**4))
        amount = four_decimals * 100  # in millionths
        if amount > AMOUNT_MAX:
            assert (answer["error"], answer["amount_micro"], answer["billed_s"]) == ("OVERFLOW", None, None)
        else:
            assert (answer["error"], answer["amount_micro"], answer["billed_s"]) == (None, amount, billed)

    def test_beside_a_dear_one_keeps_its_own_price(self) -> None:
        cheap, dear = rated(table(price=PRICE_MAX, increment=1, is_time=False), 1, 10**12)

        assert cheap["amount_micro"] == nearest(Fraction(PRICE_MAX, 60 * 10**4)) * 100
        assert (dear["error"], dear["amount_micro"]) == ("OVERFLOW", None)

    @pytest.mark.parametrize(
        ("used", "is_time"), [(10**8 + 1, True), (10**12 + 1, False), (2**63 - 1, False), (-1, True)]
    )
    def test_longer_than_a_call_may_be_is_refused(self, used: int, is_time: bool) -> None:
        [answer] = rated(table(price=10**8, increment=1, is_time=is_time), used)

        assert (answer["status"], answer["error"], answer["amount_micro"]) == ("ERROR", "BAD_DURATION", None)

    @pytest.mark.parametrize("wrong", [{"increment": 10**12 + 1}, {"minimum_s": 2**62}, {"free_below_s": 2**62}])
    def test_cannot_be_priced_by_terms_that_leave_64_bits(self, wrong: dict[str, int]) -> None:
        with pytest.raises(DestinationsInvalid, match="380"):
            table(**{"price": 10**8, "increment": 1, **wrong})
