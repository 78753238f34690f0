"""EXACT: the tax of each line, of its amount before that was rounded, rounded once."""

import dataclasses
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.benefits import nearest
from oracle.single_lines import KINDS
from oracle.worlds import frame, micro, snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import BENEFITS, CONSUMPTION, Priced
from worked import APRIL, MARCH, metered, money, tariff, world

LONG_AGO, FEBRUARY = date(2025, 1, 1), date(2026, 2, 1)
CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
WATER = metered(("WATER", [{"price": "0.1234"}]), unit="m3", benefits_apply=True)


def bill(
    *, vat: str = "ON_TOP", used: str = "0.5", then: str | None = None, benefits: tuple[tuple, ...] = ()
) -> Priced:
    made = world((LONG_AGO, tariff(WATER)), tax_rounding="EXACT")
    made.consumption = [(0, 7, "WATER", FEBRUARY if then else MARCH, APRIL, Decimal(used), "MEASURED")]
    billed = [(0, 7, "WATER", FEBRUARY, MARCH, micro(Decimal(then)), "ESTIMATED")] if then else []
    entitled = pl.DataFrame(list(benefits), schema=dict(BENEFITS), orient="row")
    made_snapshot = snapshot_of(made)
    return price(dataclasses.replace(made_snapshot, reversed_consumption=frame(billed, CONSUMPTION), benefits=entitled))


class TestExactTax:
    @pytest.mark.parametrize("kind", KINDS)
    @settings(max_examples=25, **CALM)
    @given(
        quantity=st.integers(1, 10**12),
        rate=st.integers(1, 10**11),
        percent=st.sampled_from(["0", "7.5", "17", "20"]),
        vat=st.sampled_from(["ON_TOP", "INSIDE"]),
    )
    def test_is_taken_of_the_amount_before_its_rounding(
        self, kind: str, quantity: int, rate: int, percent: str, vat: str
    ) -> None:
        case = KINDS[kind](quantity, rate, vat=vat, tax_rates={"STANDARD": Decimal(percent)}, tax_rounding="EXACT")

        share = Fraction(percent)
        whole = 100 + share if vat == "INSIDE" else Fraction(100)
        assert case.answer.charges["tax_minor"].to_list() in ([], [nearest(case.exact * share / whole)])
        assert case.answer.charges["net_minor" if vat == "ON_TOP" else "gross_minor"].sum() == nearest(case.exact)

    def test_is_given_back_with_what_an_estimate_had_too_much(self) -> None:
        # February: 59 m3 billed, 0 used: 59 × 0.1234 = 7.2806, tax 17 % = 1.237702: 7.28 and 1.24 back
        answer = bill(used="0", then="59")

        assert money(answer) == [(-728, -124, -852)]

    def test_is_given_back_with_a_discount(self) -> None:
        # 50 m3 × 0.1234 = 6.17; half of it 3.085: 3.09 less, its tax 0.52445: 0.52 less
        right = (1, 7, 1, 1, "C", 50 * 10**6, None, "IN_KIND", "BUDGET", LONG_AGO, None)

        answer = bill(used="50", benefits=(right,))

        assert money(answer) == [(617, 105, 722), (-309, -52, -361)]
        assert answer.budget.select("net_minor", "tax_minor").rows() == [(309, 52)]
