"""An estimate that a reading takes back, on a bill with a minimum, a cap or included units; worked by hand.

February was billed at 100 kWh by estimate, at 1.00; the reading says 20 for February and 30 for March.
"""

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.worlds import frame, micro, snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import CONSUMPTION, Priced
from worked import APRIL, MARCH, metered, tariff, world

LONG_AGO, FEBRUARY = date(2025, 1, 1), date(2026, 2, 1)
CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
ENERGY = metered(("VT", [{"price": "1.00"}]))


def beside(kind: str, **more: Any) -> dict[str, Any]:
    return {"code": "other", "kind": kind, "of": ["energy"], "posting_code": "REV", **more}


def bill(*components: dict[str, Any], estimated: str = "100", february: str = "20", march: str = "30") -> Priced:
    made = world((LONG_AGO, tariff(ENERGY, *components)))
    made.consumption = [
        (0, 7, "VT", FEBRUARY, MARCH, Decimal(february), "MEASURED"),
        (1, 7, "VT", MARCH, APRIL, Decimal(march), "MEASURED"),
    ]
    billed = [(0, 7, "VT", FEBRUARY, MARCH, micro(Decimal(estimated)), "ESTIMATED")]
    return price(dataclasses.replace(snapshot_of(made), reversed_consumption=frame(billed, CONSUMPTION)))


def net(answer: Priced, kind: str) -> int:
    return answer.charges.filter(pl.col("kind") == kind)["net_minor"].sum()


class TestATrueUp:
    def test_is_not_swallowed_by_a_minimum(self) -> None:
        # 20 - 100 of February are given back whole; March alone is measured: 30.00 is above 25.00
        answer = bill(beside("minimum", amount="25.00"))

        assert (net(answer, "metered"), net(answer, "minimum")) == (2000 - 10000 + 3000, 0)

    def test_does_not_lift_a_month_to_its_minimum(self) -> None:
        # 150 instead of 100 in February says nothing of March, whose 10.00 are topped up to 25.00
        answer = bill(beside("minimum", amount="25.00"), february="150", march="10")

        assert (net(answer, "metered"), net(answer, "minimum")) == (15000 - 10000 + 1000, 1500)

    @pytest.mark.parametrize(("february", "expected"), [("150", -4000), ("20", 0)])
    def test_counts_under_the_cap_of_its_bill(self, february: str, expected: int) -> None:
        # 50 more of February and 30 of March are 80.00, capped at 40.00; 80 less and 30 are below any cap
        answer = bill(beside("cap", amount="40.00"), february=february)

        assert net(answer, "cap") == expected

    def test_uses_no_included_units_of_this_month(self) -> None:
        answer = bill(beside("allowance", quantity="25", unit="kWh", rollover_periods=1), february="150")

        assert net(answer, "allowance") == -2500
        assert answer.allowances.is_empty()

    @settings(max_examples=60, **CALM)
    @given(
        estimated=st.integers(0, 300), february=st.integers(0, 300), march=st.integers(0, 300), least=st.integers(1, 90)
    )
    def test_comes_to_the_difference_and_to_this_month_by_itself(
        self, estimated: int, february: int, march: int, least: int
    ) -> None:
        answer = bill(
            beside("minimum", amount=str(least)),
            estimated=str(estimated),
            february=str(february),
            march=str(march),
        )

        difference = (february - estimated) * 100
        taken_back = estimated > 0 and estimated != february
        late = 0 if taken_back else february * 100 if estimated == 0 else 0
        this_month = max(march * 100 + late, least * 100) - late
        assert answer.charges["net_minor"].sum() == difference + this_month
