"""Quantities to 10^12 with six decimals, prices to 10^9 with eight: exact, or refused as OVERFLOW; never wrapped."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracle.benefits import nearest
from oracle.single_lines import KINDS, PRICE_MAX, Case
from rachun.engine.billing.snapshot import Priced
from rachun.engine.tariffs.schema import validate_tariff
from rachun.values.quantity import InexactQuantity, parse_micro
from worked import fixed, metered, tariff

LONG_AGO = date(2025, 1, 1)
CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
QUANTITY_MAX = 10**18  # millionths
LINE_MAX = 10**15  # minor units
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def any_size(largest: int) -> st.SearchStrategy[int]:
    """As many small numbers as large ones, and the largest itself."""
    top = len(str(largest))
    powers = st.integers(0, top - 1).flatmap(lambda n: st.integers(10**n // 10, min(10 ** (n + 1), largest)))
    return st.one_of(powers, st.just(largest))


def codes(answer: Priced) -> set[str]:
    return set(answer.refusals["code"])


def is_exact_or_refused(case: Case) -> None:
    if abs(nearest(case.exact)) > LINE_MAX:
        assert (codes(case.answer), case.answer.charges.height) == ({"OVERFLOW"}, 0)
        return
    assert codes(case.answer) == set()
    assert case.answer.charges["net_minor"].sum() == nearest(case.exact)


class TestAPrice:
    @EVERY_KIND
    @settings(max_examples=20, **CALM)
    @given(quantity=any_size(QUANTITY_MAX), rate=any_size(PRICE_MAX))
    @example(quantity=QUANTITY_MAX, rate=PRICE_MAX)
    @example(quantity=QUANTITY_MAX, rate=1)
    @example(quantity=1, rate=PRICE_MAX)
    def test_is_exact_or_refused(self, kind: str, quantity: int, rate: int) -> None:
        is_exact_or_refused(KINDS[kind](quantity, rate))

    @EVERY_KIND
    @pytest.mark.long
    @settings(max_examples=1500, **CALM)
    @given(quantity=any_size(QUANTITY_MAX), rate=any_size(PRICE_MAX))
    def test_is_exact_or_refused_at_length(self, kind: str, quantity: int, rate: int) -> None:
        is_exact_or_refused(KINDS[kind](quantity, rate))

    @EVERY_KIND
    @pytest.mark.parametrize("quantity", [QUANTITY_MAX + 1, 2**63 - 1])
    def test_of_more_than_a_quantity_may_be_is_never_wrapped(self, kind: str, quantity: int) -> None:
        case = KINDS[kind](quantity, 10**3)

        bought = case.answer.charges["quantity_micro"].max()
        assert codes(case.answer) == {"OVERFLOW"} or bought != quantity, "a quantity past the limit was billed"
        assert codes(case.answer) == {"OVERFLOW"} or case.answer.charges["net_minor"].sum() == nearest(case.exact)

    @pytest.mark.parametrize("rate", ["1000000000", "0.000000001", "-1000000000.0"])
    def test_past_the_limits_is_refused_by_the_schema(self, rate: str) -> None:
        [fault] = validate_tariff(document=tariff(fixed(rate)))

        assert (fault.pointer, fault.code) == ("/components/0/price", "PATTERN")

    @pytest.mark.parametrize("bound", ["1000000000000", "0.0000001"])
    def test_in_blocks_past_the_limits_is_refused_by_the_schema(self, bound: str) -> None:
        blocks = [{"upto": bound, "price": "1"}, {"price": "2"}]

        [fault] = validate_tariff(document=tariff(metered(("VT", blocks))))

        assert (fault.pointer, fault.code) == ("/components/0/registers/0/blocks/0/upto", "PATTERN")

    @pytest.mark.parametrize("told", ["9223372036854.775808", "0.0000001", "1e3"])
    def test_takes_no_quantity_that_millionths_in_64_bits_do_not_hold(self, told: str) -> None:
        with pytest.raises(InexactQuantity):
            parse_micro(text=told)
