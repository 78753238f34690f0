"""A building's main meter: parts by hand, and what must hold of any of them."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun.engine.usage.common_meters import MAINS, SHARERS, SUBS, Shared, shared_remainder

MICRO = 10**6


def shared(
    main: int,
    subs: list[int | None],
    weights: list[int],
    *,
    negative: str = "REFUSE",
    missing: str = "REFUSE",
) -> Shared:
    def frame(columns: Any, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
        return pl.DataFrame(rows, schema=dict(columns), orient="row")

    return shared_remainder(
        mains=frame(MAINS, [(1, main, negative, missing)]),
        subs=frame(SUBS, [(1, ix, used) for ix, used in enumerate(subs)]),
        sharers=frame(SHARERS, [(1, ix, weight) for ix, weight in enumerate(weights)]),
    )


def parts(answer: Shared) -> list[int]:
    assert answer.refusals.is_empty()
    return answer.parts["quantity_micro"].to_list()


def codes(answer: Shared) -> list[str]:
    assert answer.parts.is_empty()
    return answer.refusals["code"].to_list()


class TestARemainder:
    def test_is_shared_by_persons(self) -> None:
        """100 - 30 - 10 = 60 over 1, 2 and 3 persons."""
        weights = [1 * MICRO, 2 * MICRO, 3 * MICRO]

        assert parts(shared(100 * MICRO, [30 * MICRO, 10 * MICRO], weights)) == [10 * MICRO, 20 * MICRO, 30 * MICRO]

    def test_that_does_not_divide_leaves_the_rest_to_the_heaviest(self) -> None:
        assert parts(shared(100, [], [1, 1, 1])) == [34, 33, 33]
        assert parts(shared(100, [], [1, 4, 1])) == [17, 66, 17]

    @pytest.mark.parametrize(("rule", "expected"), [("ZERO", [0, 0]), ("CREDIT", [-5, -5])])
    def test_below_zero_follows_its_rule(self, rule: str, expected: list[int]) -> None:
        assert parts(shared(10, [20], [1, 1], negative=rule)) == expected

    def test_is_refused_with_its_reason(self) -> None:
        assert codes(shared(10, [20], [1])) == ["NEGATIVE_REMAINDER"]
        assert codes(shared(10, [None], [1])) == ["SUB_NOT_READ"]
        assert codes(shared(10, [5], [0])) == ["NOBODY_SHARES"]
        assert codes(shared(10, [5], [])) == ["NOBODY_SHARES"]

    def test_is_shared_exactly_up_to_the_bounds_and_refused_past_them(self) -> None:
        most, weight = 10**18, 10**19 // 2
        assert parts(shared(most, [], [weight, weight])) == [most // 2, most // 2]
        assert codes(shared(most + 1, [], [1])) == ["SHARES_TOO_LARGE"]
        assert codes(shared(1, [], [weight, weight + 1])) == ["SHARES_TOO_LARGE"]
        assert codes(shared(10, [most] * 20, [1], negative="CREDIT")) == ["SHARES_TOO_LARGE"]
        assert parts(shared(10, [most] * 20, [1], negative="ZERO")) == [0]

    def test_carries_an_unread_sub_meter_where_the_rule_says_so(self) -> None:
        assert parts(shared(10, [4, None], [1, 1], missing="AS_ZERO")) == [3, 3]


class TestParts:
    @given(
        main=st.integers(0, 10**15),
        subs=st.lists(st.integers(0, 10**13), max_size=6),
        weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=9).filter(any),
    )
    def test_sum_to_the_remainder_and_are_each_their_rounded_share(
        self, main: int, subs: list[int], weights: list[int]
    ) -> None:
        found = parts(shared(main, list(subs), weights, negative="CREDIT"))

        rest = main - sum(subs)
        assert sum(found) == rest
        whole = Decimal(sum(weights))
        shares = [int((Decimal(rest) * w / whole).quantize(Decimal(1), ROUND_HALF_UP)) for w in weights]
        heaviest = weights.index(max(weights))
        shares[heaviest] += rest - sum(shares)
        assert found == shares
